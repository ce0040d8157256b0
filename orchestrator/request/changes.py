"""Units that differ between two renderings, the same difference once with all its hosts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.model.rendering import UnitRendering
from orchestrator.model.request import (
    ARGUMENTS,
    BASE,
    NEW,
    NOT_DERIVABLE,
    REACHED,
    REMOVED,
    ROLE,
    Change,
    FileChange,
    Line,
    Lines,
    Side,
    Surroundings,
)
from orchestrator.model.source import Because
from orchestrator.plan.changes import differences
from orchestrator.plan.keys import canonical
from orchestrator.request.lines import Edited

Units = Mapping[tuple[str, str], UnitRendering]
_Grouped = dict[tuple[int, str, str, tuple[str, ...]], list[tuple[str, Lines]]]
_KINDS = (NEW, REMOVED, ARGUMENTS, ROLE, REACHED)
LAST = 10_000


def units_of(side: Side | None, around: Surroundings) -> Units:
    """A side's units, by host and role."""
    if side is None:
        return {}
    return {
        (unit.host, unit.role): unit for unit in side.rendering.units if unit.role not in around.not_units
    }


def changes(
    base: Side | None,
    head: Side,
    roles: Mapping[str, tuple[FileChange, ...]],
    around: Surroundings,
    edited: Edited,
) -> tuple[Change, ...]:
    """Every change in the catalogue's order, grouped; roles with other code touch each of their units."""
    before, after = units_of(base, around), units_of(head, around)
    grouped: _Grouped = {}

    def note(unit: tuple[int, str], kind: str, told: tuple[str, ...], host: str, lines: Lines) -> None:
        grouped.setdefault((*unit, kind, told), []).append((host, lines))

    for host, role in sorted({*before, *after}):
        old, new = before.get((host, role)), after.get((host, role))
        kind, told = _compared(old, new)
        if kind:
            lines = edited.why(old.because if old else (), new.because if new else ())
            position = (new or old).position  # type: ignore[union-attr]
            note((position, role), kind, told, host, lines)
    for host, told in _reached(base, head):
        lines = edited.why(*(_placed(side, host) for side in (base, head)))
        note((LAST, ""), REACHED, told, host, lines)
    found = [_change(key, rows) for key, rows in grouped.items()]
    found += _of_roles(after, roles)
    order = _order(around)
    return tuple(sorted(found, key=lambda one: _place(one, order)))


def _order(around: Surroundings) -> dict[tuple[int, str], int]:
    plays = around.catalogue.plays
    return {(play.position, role): place for play in plays for place, role in enumerate(play.roles)}


def _place(change: Change, order: Mapping[tuple[int, str], int]) -> tuple[object, ...]:
    place = order.get((change.position, change.role), 0)
    return (
        change.position,
        place,
        change.role,
        _KINDS.index(change.kind),
        change.hosts,
        change.differences,
    )


def _compared(old: UnitRendering | None, new: UnitRendering | None) -> tuple[str, tuple[str, ...]]:
    if old is None:
        return NEW, ()
    if new is None:
        return REMOVED, ()
    before, after = canonical(old.arguments), canonical(new.arguments)
    if before == after:
        return "", ()
    return ARGUMENTS, tuple(differences(json.loads(before), json.loads(after)))


def _reached(base: Side | None, head: Side) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Hosts on both sides whose way of being reached differs; that of a new host is no change."""
    before, after = base.rendering.connections if base else {}, head.rendering.connections
    for host in sorted(set(before) & set(after)):
        if before[host] != after[host]:
            yield host, tuple(differences(dict(before[host]), dict(after[host])))


def _placed(side: Side | None, host: str) -> Because:
    return side.intent.placements[host].because if side else ()


def _change(key: tuple[int, str, str, tuple[str, ...]], rows: Iterable[tuple[str, Lines]]) -> Change:
    position, role, kind, told = key
    hosts = tuple(sorted(host for host, _ in rows))
    lines = {line for _, found in rows for line in found}
    return Change(kind, role, position, hosts, told, tuple(sorted(lines, key=_head_first)))


def _head_first(line: Line) -> tuple[bool, Line]:
    return line.side == BASE, line


def _of_roles(units: Units, roles: Mapping[str, tuple[FileChange, ...]]) -> Iterator[Change]:
    """Each play that gives a changed role to hosts is a row of its own: it runs at another time."""
    for role, files in sorted(roles.items()):
        places: dict[int, list[str]] = {}
        for host, name in sorted(units):
            if name == role:
                places.setdefault(units[host, name].position, []).append(host)
        lines = tuple(file.line for file in files)
        for position, hosts in places.items():
            yield Change(ROLE, role, position, tuple(hosts), (NOT_DERIVABLE,), lines, files)
