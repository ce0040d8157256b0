"""Which lines the words of a change name: those of hosts, people, sockets, networks and flows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.model.request import Side
from orchestrator.model.source import Source

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """The lines of a town by the names that stand for them."""

    lines: Mapping[str, Source]

    def of(self, changes: Iterable[str]) -> tuple[Source, ...]:
        """The lines of everything that is named, in their order."""
        words = {word for change in changes for word in _WORD.findall(change)}
        return tuple(sorted({self.lines[word] for word in words if word in self.lines}))


def named(side: Side) -> Named:
    """The names of a town; a host also goes by its address."""
    town = side.town
    kinds = (town.networks, town.sockets, town.people, town.hosts)
    lines = {name: one.source for kind in kinds for name, one in kind.items()}
    addresses = {str(host.address): host.source for host in town.hosts.values()}
    return Named({**{flow.name: flow.source for flow in town.flows}, **lines, **addresses})
