"""What is remembered of a plan of the whole town."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from orchestrator.desired import Desired
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.plan import Plan, PlannedUnit, Wave
from orchestrator.replan.shared import Texts, taken_apart

Unit = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Base:
    """A plan of the whole town and what it was made from.

    `around` is a digest of all that is neither inventory nor ledger, `chained` the hash of the newest record;
    `shared` holds the arguments on all hosts but workstations, `addresses` those of all hosts, `groups` the
    hosts of each group.
    """

    around: str
    files: Mapping[str, str]
    plan: Plan
    chained: str
    shared: Mapping[Unit, Texts]
    addresses: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]

    def plain(self) -> tuple[Any, ...]:
        """The same as tuples, dictionaries and texts."""
        known = (dict(self.shared), dict(self.addresses), dict(self.groups))
        return (self.around, dict(self.files), astuple(self.plan), self.chained, *known)

    @classmethod
    def of_plain(cls, values: tuple[Any, ...]) -> Base:
        """The base of its plain values."""
        around, files, (town, waves, *rest), chained, *known = values
        waves = tuple(
            Wave(position, name, tuple(PlannedUnit(*unit) for unit in units))
            for position, name, units in waves
        )
        return cls(around, files, Plan(town, waves, *rest), chained, *known)


def based_on(around: str, files: Mapping[str, str], wanted: Desired, plan: Plan, chained: str) -> Base:
    """Remember a plan of the whole town."""
    own = set(wanted.town.groups.get(WORKSTATIONS, ()))
    shared = {
        (unit.host, unit.role): taken_apart(unit.arguments)
        for unit in wanted.rendering.units
        if unit.host not in own
    }
    addresses = {name: str(place.address) for name, place in wanted.intent.placements.items()}
    return Base(around, files, plan, chained, shared, addresses, dict(wanted.town.groups))
