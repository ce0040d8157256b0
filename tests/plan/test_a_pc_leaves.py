"""A line goes: all that others held for the machine is taken back, in safe order, and then it is retired."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from orchestrator.apply.code import code_digests
from orchestrator.apply.settle import retired
from orchestrator.desired import PROJECT, Desired, following
from orchestrator.load import load_text
from orchestrator.load.files import read_files
from orchestrator.load.fix import fix
from orchestrator.load.problems import Problems
from orchestrator.model.plan import LedgerState, Plan, UnitState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from orchestrator.plan.keys import canonical, current_keys
from orchestrator.record import Ledger

PCS = {"lab": "lab-pc-0002", "stari_grad": "sg-pc-0007"}


@cache
def files(town: str) -> dict[str, str]:
    return read_files(PROJECT / "inventories" / town, Problems())


@cache
def before(town: str) -> Desired:
    return following(load_text(files(town)))


@cache
def without(town: str) -> Desired:
    """The town after the PC's line was taken out and its person was marked."""
    host = before(town).town.hosts[PCS[town]]
    lines = files(town)[host.source.file].splitlines(keepends=True)
    assert PCS[town] in lines[host.source.line - 1]
    kept = {
        **files(town),
        host.source.file: "".join(lines[: host.source.line - 1] + lines[host.source.line :]),
    }
    person = before(town).town.people[host.person or ""]
    rows = kept[person.source.file].splitlines(keepends=True)
    row = rows[person.source.line - 1]
    rows[person.source.line - 1] = row.rstrip().removesuffix("}") + ', without_pc: "handed back"}\n'
    return following(load_text({**kept, person.source.file: "".join(rows)}))


def remembered(town: str) -> LedgerState:
    """All of the town was applied and verified."""
    known = before(town)
    keys = current_keys(known.rendering, code_digests(known.catalogue))
    return LedgerState(
        {unit: UnitState("verified", *key, "SHA256:key id", 1) for unit, key in keys.items()}, 1
    )


def planned(town: str, ledger: LedgerState | None = None) -> Plan:
    wanted = without(town)
    return plan(wanted.rendering, code_digests(wanted.catalogue), ledger or remembered(town))


@pytest.mark.parametrize("town", PCS)
def test_nothing_that_is_set_on_any_host_speaks_of_a_machine_without_a_line(town: str) -> None:
    """Port, reservation, names, account, firewall sets and backup are arguments of other hosts' units.

    Sabotage: keep the reservations of all hosts that were ever there, in any renderer.
    """
    host = before(town).town.hosts[PCS[town]]
    traces = [re.escape(host.name), re.escape(host.mac or ""), re.escape(str(host.address)) + r"(?!\d)"]

    def speaking(wanted: Desired) -> set[str]:
        return {
            unit.role
            for unit in wanted.rendering.units
            if unit.host != host.name
            for trace in traces
            if re.search(rf"(?<![\w.-]){trace}", canonical(unit.arguments))
        }

    assert speaking(before(town)) >= {"switch", "firewall", "directory", "dhcp_server", "backup_server"}
    assert speaking(without(town)) == set()


@pytest.mark.parametrize("town", PCS)
def test_a_machine_is_cut_off_first_and_its_address_is_free_last(town: str) -> None:
    """Sabotage: put the play of the DHCP server before that of the switches."""
    found = planned(town)
    roles = list(dict.fromkeys(unit.role for unit in found.units))
    assert roles[:2] == ["switch", "firewall"]
    assert set(roles) == {"switch", "firewall", "directory", "backup_server", "dhcp_server"}
    assert roles[-1] == "dhcp_server"
    assert {unit.reason for unit in found.units} == {"arguments changed"}
    assert found.unwanted == (PCS[town],)


def test_a_machine_that_others_forgot_already_is_still_to_be_retired() -> None:
    """Sabotage: let a plan be empty when only a line is gone."""
    wanted = without("lab")
    keys = current_keys(wanted.rendering, code_digests(wanted.catalogue))
    known = remembered("lab").units
    units = {unit: known[unit] for unit in known if unit[0] == PCS["lab"]}
    units |= {unit: UnitState("verified", *key, "SHA256:key id", 1) for unit, key in keys.items()}
    found = planned("lab", LedgerState(units, 1))
    assert not found.units
    assert not found.is_empty


def test_a_retired_machine_is_remembered_no_more_and_comes_back_as_new(tmp_path: Path) -> None:
    """Sabotage: leave the retired entries in the ledger's answer."""
    ledger = Ledger(tmp_path / "lab.sqlite")
    known = before("lab")
    code = code_digests(known.catalogue)
    keys = current_keys(known.rendering, code)
    ledger.append(Entry("verified", "first", *unit, *key) for unit, key in keys.items())
    found = planned("lab", ledger.state())
    ledger.append(retired(found.unwanted, ledger.state(), "second"))
    assert planned("lab", ledger.state()).unwanted == ()
    again = plan(known.rendering, code, ledger.state())
    assert {(unit.host, unit.reason) for unit in again.units} == {(PCS["lab"], "new")}
    assert ledger.fault() == ""


def test_a_machine_that_moves_leaves_its_old_place_behind() -> None:
    """One field is edited; the port of the old socket is shut.

    Sabotage: leave a port as it is when nothing uses it.
    """
    host = before("lab").town.hosts["lab-pc-0001"]
    text = files("lab")[host.source.file]
    after, fixes = fix({**files("lab"), host.source.file: text.replace("A-101-1", "B-201-2")})
    moved = following(load_text(after))
    assert [str(one.new) for one in fixes] == ["198.18.11.52"]
    said = "\n".join(canonical(unit.arguments) for unit in moved.rendering.units)
    assert f"{host.name} A-101-1" not in said
    assert not re.search(r"198\.18\.10\.51(?!\d)", said)
