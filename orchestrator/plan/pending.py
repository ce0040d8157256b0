"""The units of a plan as they are read before an apply."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.apply_plan import PendingUnit
from orchestrator.model.plan import Plan, PlannedUnit
from orchestrator.model.request import Lines
from orchestrator.plan.batches import batches


def pending(plan: Plan, because: Callable[[PlannedUnit], Lines]) -> tuple[PendingUnit, ...]:
    """Return every unit with its wave and batch, and the lines that give it."""
    found = []
    for wave in plan.waves:
        batch = {host: number for number, hosts in enumerate(batches(wave.units), 1) for host in hosts}
        found += [
            PendingUnit(
                unit.host,
                unit.role,
                unit.position,
                batch[unit.host],
                unit.key,
                unit.reason,
                unit.changes,
                because(unit),
            )
            for unit in wave.units
        ]
    return tuple(found)
