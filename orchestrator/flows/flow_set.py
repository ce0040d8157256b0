"""Sets of flows, exactly: where a packet comes in, where it goes out, and what service it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from orchestrator.flows.services import service_at, services
from orchestrator.flows.spans import Join, Kept, Point, Span, Spans, mapped, merged, nested, value_at

ALWAYS = "9999-12-31"
"""The last day of a flow without an end."""
_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a flow; `leaves` is an interface or a door of the firewall itself.

    At such a door there is no destination, for the firewall's own addresses are alike.
    """

    enters: str
    source: IPv4Address
    leaves: str
    destination: IPv4Address | None
    protocol: str
    port: int | None

    def __str__(self) -> str:
        service = self.protocol if self.port is None else f"{self.protocol}/{self.port}"
        goal = f"{self.destination} on {self.leaves}" if self.destination else self.leaves
        return f"{self.source} on {self.enters} to {goal}, {service}"


@dataclass(frozen=True, slots=True)
class FlowSet:
    """A set of flows and the last day of each; spans over sources, destinations and services.

    A place is a door and an address at it. Two sets are equal if they hold the same flows to the same days.
    """

    spans: Spans = ()

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __or__(self, other: FlowSet) -> FlowSet:
        return self._joined(other, max, Kept(left=True, right=True, same=True))

    def __and__(self, other: FlowSet) -> FlowSet:
        return self._joined(other, min, Kept(same=True))

    def __sub__(self, other: FlowSet) -> FlowSet:
        return self._joined(other, _nothing, Kept(left=True))

    def renewed(self, before: FlowSet) -> FlowSet:
        """The flows that were there before with another last day."""
        return self._joined(before, lambda one, two: None if one == two else one, Kept())

    def until(self, day: str) -> FlowSet:
        """The flows of exactly this last day."""
        return FlowSet(mapped(self.spans, lambda last: last if last == day else None, _DEPTH))

    @property
    def days(self) -> tuple[str, ...]:
        """Every last day that a flow has."""
        return tuple(sorted({day for *_, day in _boxes(self.spans)}))

    def last_day(self, packet: Packet) -> str | None:
        """The last day of the packet's flow; None if it is in no flow of the set."""
        day = value_at(self.spans, *_points(packet))
        return None if day is None else str(day)

    def __contains__(self, packet: Packet) -> bool:
        return self.last_day(packet) is not None

    def sample(self) -> Packet | None:
        """One packet of the set."""
        if not self.spans:
            return None
        source, destination, service, _ = next(_boxes(self.spans))
        protocol, port = service_at(service[0])
        (enters, sender), (leaves, receiver) = source[0], destination[0]
        goal = IPv4Address(receiver) if receiver else None
        return Packet(enters, IPv4Address(sender), leaves, goal, protocol, port)

    def _joined(self, other: FlowSet, leaf: Join, kept: Kept) -> FlowSet:
        return FlowSet(merged(self.spans, other.spans, nested(leaf, kept, _DEPTH)))


def _boxes(spans: Spans) -> Iterator[tuple[Span, Span, Span, str]]:
    for source in spans:
        for destination in source[2]:
            for service in destination[2]:
                yield source, destination, service, service[2]


def _points(packet: Packet) -> tuple[Point, Point, Point]:
    goal = int(packet.destination) if packet.destination else 0
    port = packet.port
    asked = services(packet.protocol, () if port is None else ((port, port),))
    return (packet.enters, int(packet.source)), (packet.leaves, goal), asked[0][0]


def _nothing(*_: str) -> None:
    return None
