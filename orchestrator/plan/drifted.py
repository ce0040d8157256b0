"""Plans and changes by hand: the drifted units alone, or all with their handlers where a hand was at work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from orchestrator.model.plan import Plan, PlannedUnit

Changes = Mapping[str, Mapping[str, Collection[str]]]


def only(plan: Plan, changes: Changes) -> Plan:
    """Return the plan of the drifted units, each with its changes in words by host and role."""
    kept = _each(
        plan, lambda unit: replace(unit, changes=tuple(changes.get(unit.host, {}).get(unit.role, ())))
    )
    waves = (
        replace(wave, units=tuple(unit for unit in wave.units if unit.role in changes.get(unit.host, {})))
        for wave in kept.waves
    )
    return Plan(plan.town, tuple(wave for wave in waves if wave.units), record=plan.record)


def with_every_handler(plan: Plan, drifted: Collection[tuple[str, str]]) -> Plan:
    """Return the plan in which drifted units run every handler.

    What a hand wrote and the inventory then adopted is no change for Ansible, and nothing took it over yet.
    """
    return _each(
        plan,
        lambda unit: replace(unit, every_handler=unit.every_handler or (unit.host, unit.role) in drifted),
    )


def _each(plan: Plan, change: Callable[[PlannedUnit], PlannedUnit]) -> Plan:
    waves = tuple(replace(wave, units=tuple(map(change, wave.units))) for wave in plan.waves)
    return replace(plan, waves=waves)
