"""What a run may ask of units that did not come to a good end."""

from __future__ import annotations

import pytest

from orchestrator.apply.doubt import doubtful, unready
from orchestrator.model.plan import LedgerState, Observation, Plan, UnitState
from orchestrator.plan import plan
from tests.plan.renderings import CODE, rendering

UNIT = ("dc2", "base")
TOWN = rendering([(*UNIT, {})])
PLANNED_AT = 7


def ledger(event: str, record: int, key: str = "", machine: str = "") -> LedgerState:
    return LedgerState({UNIT: UnitState(event, key, "", "", machine, record)}, PLANNED_AT)


def pending(known: LedgerState, **observed: Observation) -> Plan:
    return plan(TOWN, CODE, known, observed)


NEVER = LedgerState({}, PLANNED_AT)
THERE, OTHER = Observation("old", "old", {}), Observation("new", "new", {})


@pytest.mark.parametrize(
    ("at_plan", "seen", "now", "ready"),
    [
        (NEVER, THERE, NEVER, False),
        (NEVER, THERE, ledger("applied", 9), True),
        (ledger("failed", 3), THERE, ledger("failed", 3), False),
        (ledger("verified", 3), THERE, ledger("verified", 3), True),
        (ledger("verified", 3), THERE, ledger("failed", 9), False),
        (ledger("verified", 3, machine="old old"), OTHER, ledger("verified", 3, machine="old old"), False),
        (ledger("verified", 3, machine="old old"), OTHER, ledger("applied", 9, machine="new new"), True),
    ],
)
def test_a_unit_is_ready_when_it_was_done_on_the_machine_that_is_there(
    at_plan: LedgerState, seen: Observation, now: LedgerState, ready: bool
) -> None:
    """Sabotage: take what the ledger said of a machine that was made anew, or of a run before, for good."""
    assert (unready(pending(at_plan, dc2=seen), [UNIT], now) == frozenset()) is ready


def test_no_check_is_wasted_on_a_machine_that_was_made_anew() -> None:
    """Sabotage: check every unit that began, whatever became of its machine."""
    begun = ledger("unknown", 3, machine="old old")
    assert doubtful(pending(begun, dc2=THERE), begun)
    assert not doubtful(pending(begun, dc2=OTHER), begun)
