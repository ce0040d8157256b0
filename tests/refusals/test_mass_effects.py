"""S-25: many hosts, services that leave, and a town without hosts are never taken for what was meant."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from orchestrator.errors import Problem
from orchestrator.model.plan import LedgerState, Plan, PlannedUnit, UnitState, Wave
from orchestrator.model.rules import Limit, Rules
from orchestrator.model.source import Source
from orchestrator.plan.consent import Consent, mass_effects, services_that_leave
from tests.load.towns import changed, lab_files, problems_of

RULES = Rules(limits=(Limit(tier=2, changed=2, removed=1, source=Source("group_vars/all/policy.yml", 7)),))
PCS = {f"pc-{number}": 2 for number in range(9)}


def plan_of(hosts: Iterable[str], unwanted: Iterable[str] = ()) -> Plan:
    units = tuple(PlannedUnit(host, "base", 1, "key", "", "", "new", True) for host in hosts)
    return Plan("test", (Wave(1, "Servers share one base", units),), unwanted=tuple(unwanted))


def ledger_of(*units: tuple[str, str]) -> LedgerState:
    return LedgerState({unit: UnitState("verified", "", "", "", "", 41) for unit in units}, 50)


def mass(plan: Plan, ledger: LedgerState, said: Consent) -> list[Problem]:
    return list(mass_effects(plan, PCS, ledger, RULES, said))


def test_more_hosts_than_the_limit_want_their_number_typed() -> None:
    """Sabotage: take any --hosts for a yes."""
    large = plan_of(["pc-1", "pc-2", "pc-3"])
    (problem,) = mass(large, LedgerState(), Consent())
    assert problem.code == "TH-APPLY-MASS"
    assert problem.place == "group_vars/all/policy.yml:7"
    assert "--hosts 3" in problem.remedy
    assert mass(large, LedgerState(), Consent(hosts=2))
    assert not mass(large, LedgerState(), Consent(hosts=3))
    assert not mass(plan_of(["pc-1", "pc-2"]), LedgerState(), Consent())


def test_lines_that_vanish_in_numbers_want_their_number_typed() -> None:
    """Sabotage: count changed hosts only."""
    ledger = ledger_of(("old-1", "workstation"), ("old-2", "workstation"))
    (problem,) = mass(plan_of([], ["old-1", "old-2"]), ledger, Consent())
    assert problem.value == "0 hosts change and 2 go"
    assert not mass(plan_of([], ["old-1"]), ledger, Consent())


@pytest.mark.parametrize(
    ("role", "words"), [("domain_controller", "demote"), ("backup_server", "serves in its place")]
)
def test_a_service_does_not_leave_by_its_line_alone(role: str, words: str) -> None:
    """Sabotage: ask for workstations only."""
    leaving, ledger = plan_of([], ["srv-1", "pc-1"]), ledger_of(("srv-1", role), ("pc-1", "workstation"))
    (problem,) = services_that_leave(leaving, ledger, Consent())
    assert (problem.code, problem.value, problem.place) == ("TH-RETIRE-SERVICE", "srv-1", "ledger:41")
    assert words in problem.remedy
    assert "--retire srv-1" in problem.remedy
    assert not list(services_that_leave(leaving, ledger, Consent(retire=frozenset({"srv-1"}))))


def test_a_town_without_hosts_is_a_mistake_and_not_a_wish_to_delete_everything() -> None:
    """Sabotage: take an empty group for a town that has nothing."""
    files = lab_files()
    empty = {
        path: f"{path.removeprefix('hosts/').removesuffix('.yml')}:\n  hosts: {{}}\n"
        for path in files
        if path.startswith("hosts/")
    }
    assert [problem.code for problem in problems_of({**files, **empty})] == ["TH-HOSTS-NONE"]
    gone = changed(files, {"remove": [path for path in files if path.startswith("hosts/")]})
    assert [problem.code for problem in problems_of(gone)] == ["TH-FILE-MISSING"]
