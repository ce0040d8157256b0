"""A wave of forty PCs, which runs in a batch of one and two more."""

from __future__ import annotations

from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import CodeDigests, LedgerState, UnitState
from orchestrator.plan import plan
from tests.apply.test_run import Parts
from tests.plan.renderings import CODE, rendering

NAMES = [f"pc-{number:02}" for number in range(40)]
FIRST = NAMES[0]
TOWN = rendering([(name, "workstation", {}) for name in NAMES])


def ran(parts: Parts, folder: Path, tolerated: int = 0, code: CodeDigests = CODE) -> Outcome:
    """Apply all of it; the wave may lose some hosts."""
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    order = Order("run", folder, tolerated={3: tolerated})
    return apply(plan(TOWN, code, LedgerState()), TOWN, code, order, tools)


def states(outcome: Outcome) -> dict[str, str]:
    """Return what became of each host."""
    return {one.unit.host: one.state for one in outcome.units}


def after(outcome: Outcome) -> LedgerState:
    """Return what the ledger knows after a run."""
    known = {
        (one.unit.host, one.unit.role): UnitState(
            one.state, one.unit.key, one.unit.arguments, one.unit.role_code, "", 1
        )
        for one in outcome.units
        if one.state != "not started"
    }
    return LedgerState(known, len(known))


__all__ = ["CODE", "FIRST", "NAMES", "TOWN", "after", "ran", "states"]
