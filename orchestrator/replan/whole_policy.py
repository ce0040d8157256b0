"""The whole town's firewall and hosts from what is remembered of the base and two excerpts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from orchestrator.desired import Desired
from orchestrator.model.names import FIREWALL, FIREWALLS
from orchestrator.model.request import Policed
from orchestrator.model.town import Town
from orchestrator.replan.base import Unit
from orchestrator.replan.base_side import BaseSide, shared_units
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.shared import Texts, edited, joined


class Whole(Protocol):
    """What is remembered of all hosts of a town: their addresses and groups."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Each host's address."""

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The hosts of each group."""


def whole_policies(known: BaseSide, base: Desired, head: Desired) -> tuple[Policed, Policed]:
    """What the policies of both whole towns are about; raises DoubtError where a shared item is uncertain."""
    after = shared_edited(known, base, head)
    found = policed(known, base.town, head, _arguments(after, head))
    return Policed(_arguments(known.shared, base), found.hosts, base.town), found


def policed(known: Whole, base: Town, head: Desired, firewall: Mapping[str, object] | None) -> Policed:
    """What a whole town's policy is about, its firewall given."""
    addresses = dict(known.addresses)
    for name in base.hosts:
        addresses.pop(name, None)
    addresses |= {name: str(place.address) for name, place in head.intent.placements.items()}
    town = _whole(known, base, head.town) if head.town.rules.flows or base.rules.flows else head.town
    return Policed(firewall, dict(zip(addresses.values(), addresses, strict=True)), town)


def first_firewall(side: Desired) -> Unit | None:
    """The unit of the first firewall, which speaks for all."""
    names = side.town.groups.get(FIREWALLS, ())
    units = (unit for unit in side.rendering.units if unit.role == FIREWALL and unit.host in names)
    return next(((unit.host, unit.role) for unit in units), None)


def shared_edited(known: BaseSide, base: Desired, head: Desired) -> Mapping[Unit, Texts]:
    """The whole town's arguments at head of every unit on a host that is no PC."""
    before = {(unit.host, unit.role): unit.arguments for unit in shared_units(base)}
    found: dict[Unit, Texts] = {}
    for unit in shared_units(head):
        name = (unit.host, unit.role)
        if name not in before or name not in known.shared:
            raise DoubtError(f"{unit.role} on {unit.host} is new")
        found[name] = edited(known.shared[name], before[name], unit.arguments)
    if len(found) != len(before):
        raise DoubtError("a unit on a host that others need is gone")
    return found


def _arguments(shared: Mapping[Unit, Texts], side: Desired) -> Mapping[str, object] | None:
    """The arguments of the first firewall."""
    first = first_firewall(side)
    found: Mapping[str, object] | None = json.loads(joined(shared[first])) if first else None
    return found


def _whole(known: Whole, before: Town, now: Town) -> Town:
    """The town with all hosts in its groups; those of no excerpt are there by name alone."""
    groups = {
        name: tuple(sorted({*known.groups.get(name, ())} - {*before.hosts} | {*now.groups.get(name, ())}))
        for name in {*known.groups, *now.groups}
    }
    return replace(now, groups=groups)
