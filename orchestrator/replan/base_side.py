"""What is remembered of the whole town at a request's base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orchestrator.desired import Desired
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan.keys import canonical, digest
from orchestrator.replan.base import Unit
from orchestrator.replan.shared import Texts, taken_apart


@dataclass(frozen=True, slots=True)
class BaseSide:
    """A whole town in short: digests of what each PC is given, and the arguments on all other hosts.

    `addresses` are those of all hosts, `groups` the hosts of each group.
    """

    own: Mapping[str, str]
    shared: Mapping[Unit, Texts]
    addresses: Mapping[str, str]
    groups: Mapping[str, tuple[str, ...]]

    def plain(self) -> tuple[Any, ...]:
        """The same as dictionaries, tuples and texts."""
        return (dict(self.own), dict(self.shared), dict(self.addresses), dict(self.groups))

    @classmethod
    def of_plain(cls, values: tuple[Any, ...]) -> BaseSide:
        """The base of its plain values."""
        return cls(*values)


def base_side(wanted: Desired) -> BaseSide:
    """Remember a whole town."""
    town = wanted.town
    return BaseSide(
        own_digests(wanted),
        {(unit.host, unit.role): taken_apart(unit.arguments) for unit in shared_units(wanted)},
        {name: str(place.address) for name, place in wanted.intent.placements.items()},
        dict(town.groups),
    )


def shared_units(wanted: Desired) -> tuple[UnitRendering, ...]:
    """The units of all hosts but PCs."""
    pcs = set(wanted.town.groups.get(WORKSTATIONS, ()))
    return tuple(unit for unit in wanted.rendering.units if unit.host not in pcs)


def own_digests(wanted: Desired) -> dict[str, str]:
    """For each PC a digest of all that its roles are given and of how it is reached."""
    rendering = wanted.rendering
    return {
        host: digest(canonical({"reached": rendering.connections.get(host, {}), **given}))
        for host, given in _given(rendering, set(wanted.town.groups.get(WORKSTATIONS, ())))
    }


def _given(rendering: Rendering, hosts: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    units = sorted((unit for unit in rendering.units if unit.host in hosts), key=lambda unit: unit.host)
    for host, found in groupby(units, key=lambda unit: unit.host):
        yield host, {f"role {unit.role}": unit.arguments for unit in found}
