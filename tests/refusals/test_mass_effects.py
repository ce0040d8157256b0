"""S-25: many hosts, services that leave, and a town without hosts are never taken for what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import LedgerState, Plan, PlannedUnit, UnitState, Wave
from orchestrator.model.rules import Freeze, Limit, Rules
from orchestrator.model.source import Source
from orchestrator.plan.consent import Consent, hold_consent
from tests.laws.towns import Shape, made
from tests.load.towns import changed, lab_files, problems_of

LINE = Source("group_vars/all/policy.yml", 7)
RULES = Rules(
    limits=(Limit(tier=2, changed=2, removed=1, source=LINE),),
    freezes=(Freeze("2027-12-24", "2028-01-02", "accounts", LINE),),
)
PCS = [f"pc-{number:05}" for number in range(1, 10)]
USUAL, FROZEN = "2027-01-10", "2027-12-24"


def plan_of(hosts: Iterable[str], unwanted: Iterable[str] = ()) -> Plan:
    units = tuple(PlannedUnit(host, "base", 1, "key", "", "", "new", True) for host in hosts)
    return Plan("test", (Wave(1, "Servers share one base", units),), unwanted=tuple(unwanted))


def ledger_of(*units: tuple[str, str]) -> LedgerState:
    return LedgerState({unit: UnitState("verified", "", "", "", "", 41) for unit in units}, 50)


def refused(plan: Plan, ledger: LedgerState, said: Consent, day: str = USUAL) -> list[Problem]:
    """What the plan is refused for."""
    try:
        hold_consent(replace(made(Shape()), rules=RULES), plan, ledger, day, said)
    except Refused as refusal:
        return list(refusal.problems)
    return []


def test_more_hosts_than_the_limit_want_their_number_typed() -> None:
    """Sabotage: take any --touching for a yes."""
    large = plan_of(PCS[:3])
    (problem,) = refused(large, LedgerState(), Consent())
    assert (problem.code, problem.value) == ("TH-LIMIT", "3")
    assert problem.place == "group_vars/all/policy.yml:7"
    assert "--touching 3" in problem.remedy
    assert refused(large, LedgerState(), Consent(hosts=2))
    assert not refused(large, LedgerState(), Consent(hosts=3))
    assert not refused(plan_of(PCS[:2]), LedgerState(), Consent())


def test_lines_that_vanish_in_numbers_want_their_number_typed() -> None:
    """Sabotage: count changed hosts only."""
    ledger = ledger_of(("old-1", "workstation"), ("old-2", "workstation"))
    (problem,) = refused(plan_of([], ["old-1", "old-2"]), ledger, Consent())
    assert (problem.code, problem.value) == ("TH-LIMIT", "2")
    assert "0 hosts change and 2 go" in problem.reason
    assert "--touching 2" in problem.remedy
    assert not refused(plan_of([], ["old-1"]), ledger, Consent())


@pytest.mark.parametrize(
    ("day", "said", "codes"),
    [
        (USUAL, Consent(), ["TH-LIMIT"]),
        (USUAL, Consent(hosts=5), ["TH-LIMIT"]),
        (USUAL, Consent(hosts=6), []),
        (FROZEN, Consent(hosts=6), ["TH-FREEZE"]),
        (FROZEN, Consent(despite_freeze="the registry stands still"), ["TH-LIMIT"]),
        (FROZEN, Consent(6, despite_freeze="the registry stands still"), []),
        (USUAL, Consent(reviewed=True), []),
        (FROZEN, Consent(reviewed=True), ["TH-FREEZE"]),
    ],
)
def test_an_apply_needs_the_exact_number_of_hosts_and_a_reason(
    day: str, said: Consent, codes: list[str]
) -> None:
    """Sabotage: take any number for consent, or one consent for both."""
    assert [problem.code for problem in refused(plan_of(PCS[:6]), LedgerState(), said, day)] == codes


@pytest.mark.parametrize(
    ("role", "words"), [("domain_controller", "demote"), ("backup_server", "serves in its place")]
)
def test_a_service_does_not_leave_by_its_line_alone(role: str, words: str) -> None:
    """Sabotage: ask for workstations only."""
    leaving, ledger = plan_of([], ["srv-1", "pc-1"]), ledger_of(("srv-1", role), ("pc-1", "workstation"))
    assert refused(leaving, ledger, Consent(hosts=1, reviewed=True))
    (problem,) = refused(leaving, ledger, Consent(hosts=2))
    assert (problem.code, problem.value, problem.place) == ("TH-RETIRE-SERVICE", "srv-1", "ledger:41")
    assert words in problem.remedy
    assert "--retire srv-1" in problem.remedy
    assert not refused(leaving, ledger, Consent(2, frozenset({"srv-1"})))


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
