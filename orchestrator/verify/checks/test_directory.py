"""The directory: every controller knows the same people, groups and machines, each in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.verify.checks.first_passwords import who_chose_their_own
from orchestrator.verify.checks.presence import serving
from orchestrator.verify.checks.samba_database import OPENED
from orchestrator.verify.checks.standard_input import answer
from orchestrator.verify.checks.tickets import complaint
from orchestrator.verify.context import Context

pytestmark = pytest.mark.role("directory")

# Replication among controllers of one site is announced after seconds; more is a fault.
PATIENCE = 60
CONTROLLER = "domain_controller"

SEARCH = (
    OPENED
    + """\
wanted = ["sAMAccountName", "objectClass", "userAccountControl", "member", "displayName"]
kinds = "(|(objectClass=user)(objectClass=group)(objectClass=organizationalUnit))"
found = db.search(order["base"], expression=kinds, attrs=wanted)
def entry(one):
    there = [name for name in wanted if name in one]
    return {"dn": str(one.dn), **{name: [str(value) for value in one[name]] for name in there}}
print(json.dumps([entry(one) for one in found]))
"""
)
DISABLED = 2

Entry = dict[str, Any]
Found = dict[str, Entry]


def test_every_department_has_its_units(machine: Any, arguments: dict[str, Any], context: Context) -> None:
    """Sabotage: delete a unit on one controller."""
    wanted = {
        _dn(f"OU={unit['name']}", unit["parent"], arguments)
        for unit in arguments["directory_organisational_units"]
    }
    _agree(context, machine, arguments, lambda found: sorted(wanted - set(found)))


def test_every_person_has_an_account_in_the_right_unit(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Who left cannot log on; who is here can.

    Sabotage: move an account to another unit, rename a person, or disable an account.
    """

    def complaints(found: Found) -> list[str]:
        return [user["account"] for user in arguments["directory_users"] if not _is_right(user, found)]

    def _is_right(user: Entry, found: Found) -> bool:
        entry = found.get(_dn(f"CN={user['account']}", user["ou"], arguments))
        if entry is None:
            return not user["enabled"]
        same_name = bool(entry["displayName"] == [user["display_name"]])
        return same_name and _is_enabled(entry) == bool(user["enabled"])

    _agree(context, machine, arguments, complaints)


def test_nobody_else_is_among_the_towns_people(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """An enabled account in the town's units that the inventory does not know is an open door.

    Sabotage: `samba-tool user create guest --userou=OU=Townhall`.
    """
    known = {user["account"].casefold() for user in arguments["directory_users"]}
    known |= {f"{computer['name']}$".casefold() for computer in arguments["directory_computers"]}

    def complaints(found: Found) -> list[str]:
        return [
            name
            for entry in found.values()
            for name in entry.get("sAMAccountName", [])
            if "user" in entry["objectClass"] and _is_enabled(entry) and name.casefold() not in known
        ]

    _agree(context, machine, arguments, complaints)


def test_every_machine_has_an_account_in_its_departments_unit(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: delete or disable the account of a PC."""

    def complaints(found: Found) -> list[str]:
        wanted = {
            computer["name"]: found.get(_dn(f"CN={computer['name']}", computer["ou"], arguments))
            for computer in arguments["directory_computers"]
        }
        return [name for name, entry in wanted.items() if entry is None or not _is_enabled(entry)]

    _agree(context, machine, arguments, complaints)


def test_every_group_has_exactly_its_people(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: `samba-tool group addmembers cash-desk` with one who has no business there."""
    units = {user["account"]: user["ou"] for user in arguments["directory_users"]}

    def complaints(found: Found) -> list[str]:
        wrong = []
        for group in arguments["directory_groups"]:
            entry = found.get(_dn(f"CN={group['name']}", group["ou"], arguments))
            wanted = {_dn(f"CN={account}", units[account], arguments) for account in group["members"]}
            if entry is None or {member.casefold() for member in entry.get("member", [])} != wanted:
                wrong.append(group["name"])
        return wrong

    _agree(context, machine, arguments, complaints)


def test_a_new_person_gets_a_ticket_with_the_first_password(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Tried with one whose password is still the first; where all have chosen their own, nobody is asked.

    Sabotage: `samba-tool user setpassword` for every person, then set back pwdLastSet of one.
    """
    host, realm = machine.backend.hostname, arguments["directory_realm"]
    own = who_chose_their_own(context)
    people = [user for user in arguments["directory_users"] if user["enabled"] and user["account"] not in own]
    for user in people[:1]:
        assert complaint(context, host, f"{user['account']}@{realm}", user["initial_password"]) == ""


def _dn(leaf: str, unit: str, arguments: dict[str, Any]) -> str:
    return ",".join(part for part in (leaf, unit, arguments["directory_base_dn"]) if part).casefold()


def _is_enabled(entry: Entry) -> bool:
    return not int(entry["userAccountControl"][0]) & DISABLED


def _agree(
    context: Context, machine: Any, arguments: dict[str, Any], complaints: Callable[[Found], list[str]]
) -> None:
    """Every running controller, asked once with one search, comes to have nothing to complain about."""
    controllers = serving(context, CONTROLLER)
    assert controllers
    for controller in controllers:
        end = time.monotonic() + PATIENCE
        while (
            wrong := complaints(_found(context, machine, arguments, controller))
        ) and time.monotonic() < end:
            time.sleep(3)
        assert not wrong, f"on {controller}: {wrong}"


def _found(context: Context, machine: Any, arguments: dict[str, Any], controller: str) -> Found:
    order = {
        "controller": f"{controller}.{arguments['directory_domain']}",
        "base": f"OU=Townhall,{arguments['directory_base_dn']}",
    }
    entries = answer(context, machine.backend.hostname, SEARCH, order)
    return {entry["dn"].casefold(): entry for entry in entries}
