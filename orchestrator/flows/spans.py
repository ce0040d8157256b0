"""Functions over an ordered axis as disjoint spans; a span's value may be a function over the next axis.

The form is canonical: sorted, disjoint, neighbours of equal value made one. Equal functions are equal tuples.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Point = Any
"""A number, or a door and a number; the points of one axis can be compared."""
Ranges = tuple[tuple[Point, Point], ...]
"""Parts of an axis: first point, and the first one after it."""
Span = tuple[Point, Point, Any]
"""A part of an axis with its value."""
Spans = tuple[Span, ...]
Join = Callable[[Any, Any], Any]
"""The value of a piece from those of two sides; None stands for none."""


def tidy(parts: Iterable[tuple[Point, Point]]) -> Ranges:
    """Any parts as sorted, disjoint ones."""
    found: list[tuple[Point, Point]] = []
    for first, end in sorted(parts):
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((first, end))
    return tuple(found)


def spread(ranges: Ranges, value: Any) -> Spans:
    """The same value everywhere in the ranges."""
    return tuple([(first, end, value) for first, end in ranges])


def ranges_of(spans: Spans) -> Ranges:
    """Where there is any value."""
    return tidy((first, end) for first, end, _ in spans)


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The ranges that are not in the others."""
    return ranges_of(merged(spread(ranges, True), spread(others, True), lambda a, b: None if b else a))


def within(ranges: Ranges, others: Ranges) -> Ranges:
    """The ranges that are in the others too."""
    return ranges_of(merged(spread(ranges, True), spread(others, True), lambda a, b: a and b))


def holds(ranges: Ranges, others: Ranges) -> bool:
    """Whether all of the others are in the ranges."""
    for first, end in others:
        at = bisect_right(ranges, first, key=lambda part: part[0]) - 1
        if at < 0 or ranges[at][1] < end:
            return False
    return True


def merged(left: Spans, right: Spans, join: Join) -> Spans:
    """Two functions joined piece by piece; a piece without a value is left out."""
    found: list[Span] = []
    for first, end, one, other in _pieces(left, right):
        _append(found, first, end, join(one, other))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Kept:
    """Which pieces a join keeps as they are: those of one side only, and those that both sides share."""

    left: bool = False
    right: bool = False
    same: bool = False


def nested(leaf: Join, kept: Kept, depth: int) -> Join:
    """A join of functions over as many further axes; `leaf` joins two values at their end."""
    inner = nested(leaf, kept, depth - 1) if depth else leaf
    known: dict[tuple[int, int], Any] = {}

    def join(one: Any, other: Any) -> Any:
        if other is None:
            return one if kept.left else None
        if one is None:
            return other if kept.right else None
        if one is other:
            return one if kept.same else None
        if not depth:
            return leaf(one, other)
        pair = id(one), id(other)
        if pair not in known:
            known[pair] = merged(one, other, inner) or None
        return known[pair]

    return join


def mapped(spans: Spans, change: Callable[[Any], Any], depth: int) -> Spans:
    """The function with every value changed; a piece without a value is left out."""
    found: list[Span] = []
    for first, end, value in spans:
        _append(found, first, end, mapped(value, change, depth - 1) or None if depth else change(value))
    return tuple(found)


def stacked(
    items: Sequence[Any], ranges: Callable[[Any], Ranges], value: Callable[[list[Any]], Any]
) -> Spans:
    """The function whose value follows, at each point, from the items that are there."""
    edges: dict[Point, list[int]] = {}
    for number, item in enumerate(items):
        for first, end in ranges(item):
            edges.setdefault(first, []).append(number)
            edges.setdefault(end, []).append(~number)
    found: list[Span] = []
    here: set[int] = set()
    for first, end in pairwise(sorted(edges)):
        here.difference_update([~edge for edge in edges[first] if edge < 0])
        here.update([edge for edge in edges[first] if edge >= 0])
        if here:
            _append(found, first, end, value([items[number] for number in sorted(here)]))
    return tuple(found)


def value_at(spans: Spans, *points: Point) -> Any:
    """The value at a point of each axis; None where there is none."""
    here: Any = spans
    for point in points:
        at = bisect_right(here, point, key=lambda span: span[0]) - 1
        if at < 0 or here[at][1] <= point:
            return None
        here = here[at][2]
    return here


def _pieces(left: Spans, right: Spans) -> Iterator[tuple[Point, Point, Any, Any]]:
    edges = sorted({edge for first, end, _ in (*left, *right) for edge in (first, end)})
    one, other = _Reader(left), _Reader(right)
    for first, end in pairwise(edges):
        values = one.at(first), other.at(first)
        if values != (None, None):
            yield first, end, *values


class _Reader:
    """Reads a function's values at rising points."""

    def __init__(self, spans: Spans) -> None:
        self._rest = iter(spans)
        self._span = next(self._rest, None)

    def at(self, point: Point) -> Any:
        while self._span and self._span[1] <= point:
            self._span = next(self._rest, None)
        return self._span[2] if self._span and self._span[0] <= point else None


def _append(found: list[Span], first: Point, end: Point, value: Any) -> None:
    if value is None:
        return
    if found and found[-1][1] == first and found[-1][2] == value:
        found[-1] = found[-1][0], end, value
    else:
        found.append((first, end, value))
