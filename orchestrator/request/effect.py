"""What other code makes of the same lines: every unit whose arguments differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.model.request import ARGUMENTS, NEW, REACHED, REMOVED, Change, CodeEffect, Lines
from orchestrator.plan.changes import differences
from orchestrator.request.changes import LAST

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Arguments as JSON by host and role, the place of each role's play, and how hosts are reached."""

    units: Mapping[Key, str]
    positions: Mapping[Key, int]
    reached: Mapping[str, str]


def read(text: bytes) -> Rendered:
    """Understand what render_all.py printed; raises ValueError for anything else, whoever printed it."""
    try:
        said = json.loads(text)
        units = [_unit(*row) for row in said["units"]]
        reached = {_text(host): _mapping(way) for host, way in said["reached"].items()}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("what it printed is no rendering") from error
    return Rendered(
        {key: arguments for key, _, arguments in units},
        {key: position for key, position, _ in units},
        reached,
    )


def _unit(host: object, role: object, position: object, arguments: object) -> tuple[Key, int, str]:
    if type(position) is not int:
        raise TypeError("no position")
    return (_text(host), _text(role)), position, _mapping(arguments)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _mapping(value: object) -> str:
    if not isinstance(json.loads(_text(value)), dict):
        raise TypeError("no mapping")
    return _text(value)


def effect(before: Rendered, after: Rendered, because: Lines) -> CodeEffect:
    """Every difference once, with all hosts that it meets; raises ValueError if it is nested too deep."""
    grouped: dict[tuple[int, str, str, tuple[str, ...]], list[str]] = {}
    try:
        for (position, role, kind, told), host in (*_of_units(before, after), *_of_reach(before, after)):
            grouped.setdefault((position, role, kind, told), []).append(host)
    except RecursionError as error:
        raise ValueError("what it printed is nested too deep") from error
    return CodeEffect(
        tuple(
            Change(kind, role, position, tuple(hosts), told, because)
            for (position, role, kind, told), hosts in sorted(grouped.items())
        )
    )


_Rows = Iterator[tuple[tuple[int, str, str, tuple[str, ...]], str]]


def _of_units(before: Rendered, after: Rendered) -> _Rows:
    for key in sorted({*before.units, *after.units}):
        old, new = before.units.get(key), after.units.get(key)
        place = after.positions.get(key, before.positions.get(key, LAST))
        host, role = key
        if old is None or new is None:
            yield (place, role, NEW if old is None else REMOVED, ()), host
        elif old != new:
            yield (place, role, ARGUMENTS, tuple(differences(json.loads(old), json.loads(new)))), host


def _of_reach(before: Rendered, after: Rendered) -> _Rows:
    for host in sorted({*before.reached, *after.reached}):
        old, new = before.reached.get(host, "{}"), after.reached.get(host, "{}")
        if old != new:
            yield (LAST, "", REACHED, tuple(differences(json.loads(old), json.loads(new)))), host
