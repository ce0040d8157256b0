"""Sets of flows folded to rows that people read; all rows together are exactly the set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.flows.flow_set import ALWAYS, FlowSet, Packet
from orchestrator.flows.names import Names
from orchestrator.flows.services import in_words
from orchestrator.flows.spans import Point, Ranges, Span, Spans, holds, spread, stacked, tidy

Part = tuple[Point, Point]
Box = tuple[Ranges, Ranges, Ranges, str]
"""Sources, destinations, services and the last day."""
Senders = tuple[Ranges, str]
"""Sources and the last day."""


@dataclass(frozen=True, slots=True)
class Row:
    """All flows from some places to others with some services; `until` is the last day, None without end.

    `before` is what the last day was where only that changed.
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: str
    until: str | None
    before: str | None
    sample: Packet

    def __str__(self) -> str:
        days = f" until {self.until}" if self.until else ""
        return f"{', '.join(self.sources)} -> {', '.join(self.destinations)}: {self.services}{days}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Puts sets of flows into words: names of sources, of destinations, and doors that samples avoid."""

    sources: Names
    destinations: Names
    control: str | None

    def rows(self, flows: FlowSet, before: str | None = None) -> tuple[Row, ...]:
        """The set as rows, sorted."""
        boxes = tuple(_boxes(flows))
        return tuple(sorted((self._row(box, boxes, before) for box in boxes), key=_order))

    def _row(self, box: Box, boxes: Sequence[Box], before: str | None) -> Row:
        sources, _, services, day = box
        return Row(
            self.sources.of(sources),
            self._destinations(box, boxes),
            in_words(services),
            _shown(day),
            _shown(before),
            self._sample(box),
        )

    def _destinations(self, box: Box, boxes: Sequence[Box]) -> tuple[str, ...]:
        """The destinations in words, with such as other rows name too if that takes fewer words."""
        found = self.destinations.of(box[1])
        if len(found) > 1:
            wide = tidy(part for other in boxes if _covers(other, box) for part in other[1])
            found = min(found, self.destinations.of(wide), key=len)
        return found

    def _sample(self, box: Box) -> Packet:
        """A packet of the box, if possible not one of the control interface."""
        sources, destinations, services, day = box
        at_legs = tuple(part for part in sources if part[0][0] != self.control)
        toward = spread(destinations, spread(services, day))
        found = FlowSet(spread(at_legs or sources, toward)).sample()
        assert found  # noqa: S101  a box is never empty
        return found


def _covers(other: Box, box: Box) -> bool:
    return other[3] == box[3] and holds(other[2], box[2]) and holds(other[0], box[0])


def _boxes(flows: FlowSet) -> Iterator[Box]:
    """Boxes with all who may ask for a service at a destination, joined where those are the same."""
    found: dict[Senders, dict[Ranges, list[Part]]] = {}
    for first, end, by_place in _by_service(flows):
        places: dict[Senders, list[Part]] = {}
        for low, high, several in by_place:
            for senders in several:
                places.setdefault(senders, []).append((low, high))
        for senders, parts in places.items():
            found.setdefault(senders, {}).setdefault(tidy(parts), []).append((first, end))
    for (sources, day), goals in found.items():
        for destinations, services in goals.items():
            yield sources, destinations, tidy(services), day


def _by_service(flows: FlowSet) -> Spans:
    """The set with its axes the other way round: services, then destinations, then who may ask."""
    by_goals: dict[Spans, list[Part]] = {}
    for first, end, goals in flows.spans:
        by_goals.setdefault(goals, []).append((first, end))
    items = [
        (service, place, tidy(sources))
        for goals, sources in by_goals.items()
        for place in goals
        for service in place[2]
    ]
    return stacked(items, lambda item: (item[0][:2],), _by_place)


def _by_place(items: list[tuple[Span, Span, Ranges]]) -> Spans:
    return stacked(items, lambda item: (item[1][:2],), _senders)


def _senders(items: list[tuple[Span, Span, Ranges]]) -> tuple[Senders, ...]:
    by_day: dict[str, list[Part]] = {}
    for service, _, sources in items:
        by_day.setdefault(service[2], []).extend(sources)
    return tuple((tidy(parts), day) for day, parts in sorted(by_day.items()))


def _shown(day: str | None) -> str | None:
    return None if day == ALWAYS else day


def _order(row: Row) -> tuple[object, ...]:
    return row.destinations, row.services, row.sources, row.until or ALWAYS
