"""Cut a wave into batches: one host first where there are many, never two that stand in for each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from orchestrator.model.plan import PlannedUnit

CANARY_OVER = 4
LARGEST = 25


def batches(units: Iterable[PlannedUnit], silent: Collection[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Return the hosts of each batch of a wave, in the order in which they run.

    More than CANARY_OVER hosts begin with a single one, and no batch holds more than LARGEST; `silent` hosts
    did not answer and come last, so that they do not stand for all.
    """
    hosts: dict[str, PlannedUnit] = {}
    for unit in units:
        hosts.setdefault(unit.host, unit)
    ordered = sorted(hosts.values(), key=lambda unit: (unit.host in silent, unit.host))
    canary, rest = (ordered[:1], ordered[1:]) if len(ordered) > CANARY_OVER else ([], ordered)
    found: list[list[PlannedUnit]] = []
    roomy = 0
    for unit in rest:
        while roomy < len(found) and len(found[roomy]) >= LARGEST:
            roomy += 1
        number = roomy
        while number < len(found) and not _fits(unit, found[number]):
            number += 1
        if number == len(found):
            found.append([])
        found[number].append(unit)
    return tuple(tuple(unit.host for unit in batch) for batch in ([canary] if canary else []) + found)


def _fits(unit: PlannedUnit, batch: Collection[PlannedUnit]) -> bool:
    return len(batch) < LARGEST and not (unit.stands_in and any(apart(unit, other) for other in batch))


def apart(one: PlannedUnit, other: PlannedUnit) -> bool:
    """Whether two hosts must not change at once: they stand in for each other, and one is in service."""
    return (
        one.host != other.host
        and not set(one.stands_in).isdisjoint(other.stands_in)
        and (one.in_service or other.in_service)
    )
