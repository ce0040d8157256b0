"""A machine that comes back empty takes its place in the domain again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from orchestrator.model.plan import LedgerState, Observation, Plan
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from orchestrator.plan.rejoin import MEMBER
from orchestrator.record import Ledger
from tests.plan.renderings import CODE, applied, rendering

TOWN = rendering([("srv-1", "directory", {}), ("pc-1", "domain_member", {}), ("pc-2", "domain_member", {})])
JOINED = {"pc-1": "SHA256:key id", "pc-2": "SHA256:key id"}
LEDGER = replace(applied(TOWN), members=JOINED)
RECREATED = Observation("SHA256:new", "new", {})


def planned(ledger: LedgerState = LEDGER, **observed: Observation) -> Plan:
    return plan(TOWN, CODE, ledger, {host.replace("_", "-"): seen for host, seen in observed.items()})


def told(found: Plan) -> list[tuple[str, str, str]]:
    return [(unit.host, unit.role, unit.reason) for unit in found.units]


def test_a_recreated_machine_brings_the_directory_along() -> None:
    found = planned(pc_1=RECREATED)
    assert found.joining == ("pc-1",)
    assert told(found) == [
        ("srv-1", "directory", "a machine joins again"),
        ("pc-1", "domain_member", "machine recreated"),
    ]


def test_a_member_that_only_changes_keeps_its_place() -> None:
    changed = rendering([("srv-1", "directory", {}), ("pc-1", "domain_member", {"users": ["m.petrovic"]})])
    found = plan(changed, CODE, LEDGER)
    assert (found.joining, [unit.role for unit in found.units]) == ((), ["domain_member"])


def test_after_a_join_that_was_cut_off_the_machine_may_join_again() -> None:
    """The ledger's newest word already carries the new machine, but that one never joined."""
    state = LEDGER.units["pc-1", "domain_member"]._replace(event="started", machine="SHA256:new new")
    ledger = replace(LEDGER, units={**LEDGER.units, ("pc-1", "domain_member"): state})
    assert planned(ledger, pc_1=RECREATED).joining == ("pc-1",)


def test_a_machine_whose_join_did_not_end_is_no_member(tmp_path: Path) -> None:
    """Sabotage: count in orchestrator/record/ledger.py who began, failed, or whose end nobody saw."""
    ends = ("applied", "verified", "started", "failed", "unknown")
    with closing(Ledger(tmp_path / "town.sqlite")) as ledger:
        for end in ends:
            kinds = dict.fromkeys(("started", end))
            ledger.append(Entry(kind, "run", f"{end}-pc", MEMBER, machine="its key") for kind in kinds)
        assert ledger.state().members == {"applied-pc": "its key", "verified-pc": "its key"}


def test_a_machine_that_does_not_answer_is_not_put_out_of_the_domain() -> None:
    assert planned(replace(LEDGER, units={}, members={}), pc_1=Observation(reachable=False)).joining == (
        "pc-2",
    )
