"""Which value of which argument would explain what stands on a machine now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from orchestrator.drift.said import Value

_HOLE = re.compile(r"\{\{\s*(\w+).*?\}\}")
Arguments = Mapping[str, object]
Kinds = Mapping[str, str]


def explained(
    now: Value, form: str, arguments: Arguments, kinds: Kinds, made: Callable[[Arguments], Value]
) -> tuple[str, object] | None:
    """Return the one argument and its value with which a unit makes exactly what stands there, or None.

    `form` is the template behind it, `kinds` the type of each argument that may be chosen.
    """
    for name, value in _tries(now, form, kinds):
        if value != arguments.get(name) and _fits(now, {**arguments, name: value}, made):
            return name, value
    return None


def _fits(now: Value, arguments: Arguments, made: Callable[[Arguments], Value]) -> bool:
    try:
        return bool(made(arguments) == now)
    except (ValueError, TypeError, LookupError):
        return False


def _tries(now: Value, form: str, kinds: Kinds) -> Iterator[tuple[str, object]]:
    """Every value that a line of the text suggests, and both answers of every question that the form asks."""
    for name, text in _read_back(str(now), form.splitlines(), kinds):
        yield from ((name, value) for value in _typed(text, kinds[name]))
    for name, kind in sorted(kinds.items()):
        if kind == "bool" and re.search(rf"\b{re.escape(name)}\b", form):
            yield from ((name, value) for value in (True, False))


def _read_back(text: str, form: Iterable[str], kinds: Kinds) -> Iterator[tuple[str, str]]:
    for line in form:
        hole = _HOLE.search(line)
        if hole and hole[1] in kinds and "{%" not in line and len(_HOLE.findall(line)) == 1:
            before, after = (re.escape(part) for part in (line[: hole.start()], line[hole.end() :]))
            found = re.findall(rf"^{before}(.+?){after}$", text, re.MULTILINE)
            yield from ((hole[1], value) for value in dict.fromkeys(found))


def _typed(text: str, kind: str) -> Iterator[object]:
    if kind == "int" and re.fullmatch(r"-?[0-9]{1,12}", text):
        yield int(text)
    elif kind in {"str", "path"}:
        yield text
