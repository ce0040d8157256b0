"""The whole town's firewall and hosts from what is remembered of the base and two excerpts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import IPv4Address
from typing import Any, Protocol

from orchestrator.desired import Desired
from orchestrator.flows.ruleset import reach
from orchestrator.model.names import FIREWALL, FIREWALLS
from orchestrator.model.request import Policed
from orchestrator.model.town import Host, Town
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
    addresses = {name: text for name, text in known.addresses.items() if name not in base.hosts}
    addresses |= {name: str(place.address) for name, place in head.intent.placements.items()}
    town = _whole(known, addresses, base, head.town) if head.town.rules.flows else head.town
    return Policed(firewall, {address: name for name, address in addresses.items()}, town)


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


def _whole(known: Whole, addresses: Mapping[str, str], before: Town, now: Town) -> Town:
    """The town with all hosts and groups; of a host that is in no excerpt only the address is right."""
    groups = {
        name: tuple(sorted({*known.groups.get(name, ())} - {*before.hosts} | {*now.groups.get(name, ())}))
        for name in {*known.groups, *now.groups}
    }
    some = next(iter(now.hosts.values()))
    like = tuple(getattr(some, field.name) for field in fields(Host)[3:])
    return replace(now, hosts=_Hosts(now.hosts, addresses, like), groups=groups)


@dataclass(frozen=True, slots=True)
class _Hosts(Mapping[str, Host]):
    near: Mapping[str, Host]
    addresses: Mapping[str, str]
    like: tuple[Any, ...]
    """What a host that is not near is taken to be, from its MAC on; a town has thousands of them."""

    def __getitem__(self, name: str) -> Host:
        if name in self.near:
            return self.near[name]
        return Host(name, (), IPv4Address(reach(self.addresses[name])[0]), *self.like)

    def __iter__(self) -> Iterator[str]:
        return iter(self.addresses)

    def __len__(self) -> int:
        return len(self.addresses)
