"""The waves that run in more than one batch, in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from orchestrator.model.apply_plan import ApplyPlan, PendingUnit
from orchestrator.report.request_words import hosts

_SHOWN = 4


def batch_rows(plan: ApplyPlan) -> Iterator[str]:
    """Yield a row for each wave that is cut into batches."""
    for wave, units in groupby(plan.units, key=lambda unit: unit.wave):
        cut = _cut(list(units))
        if len(cut) > 1:
            more = [f"{len(cut) - _SHOWN} more"] if len(cut) > _SHOWN else []
            order = "; then ".join([*map(hosts, cut[:_SHOWN]), *more])
            yield f"wave {wave} in {len(cut)} batches, each checked before the next: {order}"


def _cut(units: list[PendingUnit]) -> list[list[str]]:
    numbers = sorted({unit.batch for unit in units})
    return [sorted({unit.host for unit in units if unit.batch == number}) for number in numbers]
