"""A plan in an admin's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from orchestrator.model.plan import Plan, PlannedUnit, Wave
from orchestrator.plan.inverse import lasting

_MOST_NAMES = 4


def plan_text(plan: Plan) -> str:
    """Return the plan as text, wave by wave; units that change alike share a line."""
    if plan.is_empty:
        return f"{plan.town}: nothing to do"
    return "\n".join([summary(plan), *_waves(plan), *_unverified(plan), *_unwanted(plan), *_undo(plan)])


def summary(plan: Plan) -> str:
    """Return the plan's size in one line."""
    units, hosts, waves = len(plan.units), len(plan.hosts), len(plan.waves)
    return f"{plan.town}: {_count(units, 'unit')} on {_count(hosts, 'host')} in {_count(waves, 'wave')}"


def _waves(plan: Plan) -> Iterator[str]:
    for wave in plan.waves:
        yield ""
        yield f"{wave.position:3}  {wave.name}"
        yield from _alike(wave)


def _alike(wave: Wave) -> Iterator[str]:
    for (role, reason, changes), units in groupby(wave.units, key=_likeness):
        yield f"       {role:18} {_names(units):34} {reason}"
        yield from (f"         {change}" for change in changes)


def _likeness(unit: PlannedUnit) -> tuple[str, str, tuple[str, ...]]:
    return unit.role, unit.reason, unit.changes


def _names(units: Iterable[PlannedUnit]) -> str:
    hosts = [unit.host for unit in units]
    more = len(hosts) - _MOST_NAMES
    return ", ".join(hosts) if more <= 0 else f"{', '.join(hosts[:_MOST_NAMES])} and {more} more"


def _unverified(plan: Plan) -> Iterator[str]:
    if plan.unverified:
        yield ""
        yield f"     to be checked only: {', '.join(f'{role} on {host}' for host, role in plan.unverified)}"


def _unwanted(plan: Plan) -> Iterator[str]:
    if plan.unwanted:
        yield ""
        yield f"     retired, their line is gone: {', '.join(plan.unwanted)}"
        yield "       what named them is taken back; their accounts stay disabled, their backups are kept"


def _undo(plan: Plan) -> Iterator[str]:
    yield ""
    yield "     to take it back: townhall undo, with the name of the run"
    yield from (f"       does not come back: {one}" for one in lasting(plan))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def plan_json(plan: Plan) -> dict[str, object]:
    """Return the plan for programs."""
    return {
        "schema": "townhall.plan/1",
        "town": plan.town,
        "record": plan.record,
        "units": [
            {
                "host": unit.host,
                "role": unit.role,
                "wave": unit.position,
                "key": unit.key,
                "reason": unit.reason,
                "changes": list(unit.changes),
            }
            for unit in plan.units
        ],
        "unverified": [list(unit) for unit in plan.unverified],
        "unwanted": list(plan.unwanted),
        "lasting": list(lasting(plan)),
    }
