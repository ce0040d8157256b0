"""How many hosts of a wave may be lost before nothing further begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.model.plan import PlannedUnit
from orchestrator.model.rendering import Play
from orchestrator.model.rules import Rules, tier_of


@dataclass(frozen=True, slots=True)
class Bounds:
    """Hosts that each wave may lose, by position; one that is not named may lose all.

    A canary may not be lost at all: position and host.
    """

    most: Mapping[int, int]
    canaries: frozenset[tuple[int, str]] = frozenset()

    def exceeded(self, lost: Iterable[PlannedUnit]) -> str:
        """Say which bound the lost units go beyond, or nothing."""
        hosts: dict[int, set[str]] = {}
        for unit in lost:
            if (unit.position, unit.host) in self.canaries:
                return f"{unit.host} went first and was lost: {unit.role} did not succeed"
            hosts.setdefault(unit.position, set()).add(unit.host)
        for position, names in sorted(hosts.items()):
            most = self.most.get(position)
            if most is not None and len(names) > most:
                return f"wave {position} lost {', '.join(sorted(names))}; it may lose {most}"
        return ""


def tolerated(rules: Rules, plays: Mapping[int, Play]) -> dict[int, int]:
    """Return how many hosts each wave may lose by the limit of its tier, by position, where there is one."""
    limits = {limit.tier: limit.failed for limit in rules.limits}
    tiers = {position: tier_of([play.group]) for position, play in plays.items()}
    return {position: limits[tier] for position, tier in tiers.items() if tier in limits}
