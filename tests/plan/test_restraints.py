"""What the town's rules ask of a change as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.errors import Refused
from orchestrator.model.plan import Plan, PlannedUnit, Wave
from orchestrator.model.rules import Approval, Freeze, Limit, Rules
from orchestrator.model.source import Source
from orchestrator.plan.restraints import (
    Consent,
    Count,
    approvals_for,
    excesses,
    freezes_on,
    hold_restraints,
    tier_of,
)
from tests.laws.towns import Shape, made

LINE = Source("group_vars/all/policy.yml", 40)
RULES = Rules(
    limits=(Limit(2, 30, 10, LINE), Limit(0, 2, 0, LINE)),
    freezes=(Freeze("2027-12-24", "2028-01-02", "accounts", LINE),),
    approvals=(Approval("code", ("it",), 2, LINE), Approval("flows", ("it", "cabinet"), 1, LINE)),
)


def test_a_change_beyond_a_limit_is_named_with_its_count() -> None:
    """Sabotage: compare with >= or look at changed hosts only."""
    assert excesses(RULES, {2: Count(30, 10), 0: Count(2, 0), 1: Count(99, 99)}) == ()
    assert [one.limit.tier for one in excesses(RULES, {2: Count(31, 0), 0: Count(0, 1)})] == [0, 2]


def test_a_freeze_holds_on_its_first_and_its_last_day() -> None:
    """Sabotage: leave one end out."""
    days = ("2027-12-23", "2027-12-24", "2028-01-02", "2028-01-03")
    assert [bool(freezes_on(RULES, day)) for day in days] == [False, True, True, False]


def test_everyone_who_must_approve_is_named() -> None:
    """Sabotage: stop at the first topic."""
    assert [one.topic for one in approvals_for(RULES, {"flows", "code", "roles"})] == ["code", "flows"]
    assert approvals_for(RULES, {"removal"}) == ()


def test_a_host_in_two_groups_is_in_the_more_precious_tier() -> None:
    """Sabotage: take the highest number."""
    assert tier_of(("workstations", "backup_servers")) == 0
    assert tier_of(("servers", "print_servers")) == 1
    assert tier_of(("workstations",)) == 2


@pytest.mark.parametrize(
    ("day", "consent", "codes"),
    [
        ("2027-01-10", Consent(), ["TH-LIMIT"]),
        ("2027-01-10", Consent(hosts=5), ["TH-LIMIT"]),
        ("2027-01-10", Consent(hosts=6), []),
        ("2027-12-24", Consent(hosts=6), ["TH-FREEZE"]),
        ("2027-12-24", Consent(despite_freeze="the registry stands still"), ["TH-LIMIT"]),
        ("2027-12-24", Consent(6, "the registry stands still"), []),
    ],
)
def test_an_apply_needs_the_exact_number_of_hosts_and_a_reason(
    day: str, consent: Consent, codes: list[str]
) -> None:
    """Sabotage: take any number for consent, or one consent for both."""
    town = replace(made(Shape()), rules=replace(RULES, limits=(Limit(2, 5, 10, LINE),)))
    units = tuple(PlannedUnit(f"pc-{n:05}", "base", 1, "", "", "", "new", True) for n in range(1, 7))
    try:
        hold_restraints(town, Plan("made", (Wave(1, "Base", units),)), day, consent)
    except Refused as refused:
        assert [problem.code for problem in refused.problems] == codes
    else:
        assert not codes
