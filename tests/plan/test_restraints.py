"""What the town's rules ask of a change as a whole."""

from __future__ import annotations

from orchestrator.model.rules import Approval, Freeze, Limit, Rules, tier_of
from orchestrator.model.source import Source
from orchestrator.plan.restraints import Count, approvals_for, excesses, freezes_on

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
