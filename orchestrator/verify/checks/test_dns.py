"""Names: every controller answers every record of the town, forward and reverse agree, nothing hangs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from orchestrator.verify.checks.presence import serving
from orchestrator.verify.checks.samba_database import OPENED
from orchestrator.verify.checks.standard_input import answer
from orchestrator.verify.context import Context

pytestmark = pytest.mark.role("directory")

PATIENCE = 60

# All questions go out from one process; an answer that does not come within two seconds is none.
ASK = """
import json, sys
import dns.message, dns.query, dns.rdatatype, dns.exception
order = json.load(sys.stdin)
def ask(name, kind):
    try:
        reply = dns.query.udp(dns.message.make_query(name, kind), order["server"], timeout=2)
    except dns.exception.Timeout:
        return None
    wanted = dns.rdatatype.from_text(kind)
    items = [item for rrset in reply.answer if rrset.rdtype == wanted for item in rrset]
    return sorted(item.to_text().rstrip(".").lower() for item in items)
print(json.dumps([ask(name, kind) for name, kind in order["questions"]]))
"""

OURS = (
    OPENED
    + """\
ours = "(&(objectClass=dnsNode)(adminDescription=townhall)(!(dNSTombstoned=TRUE)))"
found = db.search("DC=DomainDnsZones," + order["base"], expression=ours, attrs=["name"])
print(json.dumps([f"{one['name'][0]}.{one.dn.get_component_value(1)}".lower() for one in found]))
"""
)

Record = dict[str, str]
Answers = dict[tuple[str, str], list[str] | None]


def test_every_record_is_answered_by_every_controller(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: `samba-tool dns delete` one record, or stop replication and change one on one side."""
    records = [
        (f"{record['name']}.{record['zone']}", record["type"], record["value"].casefold())
        for record in arguments["directory_records"]
    ]
    questions = sorted({(name, kind) for name, kind, _ in records})
    assert questions
    for server in _servers(context):
        end = time.monotonic() + PATIENCE
        while (wrong := _wrong(context, machine, server, records)) and time.monotonic() < end:
            time.sleep(3)
        assert not wrong, f"asked {server}: {wrong}"


def test_no_name_that_townhall_made_outlives_its_line(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: leave the removal of records out of the role, and take a machine's line away."""
    wanted = {f"{record['name']}.{record['zone']}".casefold() for record in arguments["directory_records"]}
    for controller in serving(context, "domain_controller"):
        order = {
            "controller": f"{controller}.{arguments['directory_domain']}",
            "base": arguments["directory_base_dn"],
        }
        end = time.monotonic() + PATIENCE
        while surplus := set(answer(context, machine.backend.hostname, OURS, order)) - wanted:
            assert time.monotonic() < end, f"on {controller}: {sorted(surplus)} are still there"
            time.sleep(3)


def test_forward_and_reverse_names_agree(machine: Any, context: Context) -> None:
    """Every host's address leads back to its name, and to no other.

    Sabotage: point the PTR record of one host at another host.
    """
    hosts = {str(placement.address): placement.fqdn for placement in context.intent.placements.values()}
    questions = [(_reverse(address), "PTR") for address in hosts] + [(fqdn, "A") for fqdn in hosts.values()]
    for server in _servers(context):
        found = _ask(context, machine, server, questions)
        for address, fqdn in hosts.items():
            assert found[_reverse(address), "PTR"] == [fqdn], f"{address}, asked {server}"
            assert found[fqdn, "A"] == [address], f"{fqdn}, asked {server}"


def test_a_foreign_name_keeps_nobody_waiting(machine: Any, context: Context) -> None:
    """Known or not, an answer comes within two seconds.

    Sabotage: set `dns forwarder` in smb.conf to an address that nobody has and restart samba-ad-dc.
    """
    for server in _servers(context):
        found = _ask(context, machine, server, [("name.that.nobody.has.invalid", "A")])
        assert found["name.that.nobody.has.invalid", "A"] == [], f"asked {server}"


def _servers(context: Context) -> list[str]:
    """Addresses of the controllers that run now."""
    arguments = (
        context.units[host, "domain_controller"].arguments for host in serving(context, "domain_controller")
    )
    return [str(one["domain_controller_address"]) for one in arguments]


def _wrong(context: Context, machine: Any, server: str, records: list[tuple[str, str, str]]) -> list[str]:
    found = _ask(context, machine, server, sorted({(name, kind) for name, kind, _ in records}))
    return [
        f"{name} {kind}: {found[name, kind]} instead of {value}"
        for name, kind, value in records
        if value not in (found[name, kind] or [])
    ]


def _ask(context: Context, machine: Any, server: str, questions: list[tuple[str, str]]) -> Answers:
    order = {"server": server, "questions": questions}
    return dict(zip(questions, answer(context, machine.backend.hostname, ASK, order), strict=True))


def _reverse(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"
