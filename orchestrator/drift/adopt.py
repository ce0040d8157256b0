"""Which value of which argument would explain what stands on a machine now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from orchestrator.drift.printed import lists_in
from orchestrator.drift.said import Value

_HOLE = re.compile(r"\{\{\s*(\w+).*?\}\}")
LIST = "list of "
Arguments = Mapping[str, object]
Kinds = Mapping[str, str]


def kind_of(option: Mapping[str, object]) -> str:
    """The type of an argument by its specification; a list says what it is of."""
    kind = str(option.get("type", "str"))
    return f"{LIST}{option.get('elements', 'str')}" if kind == "list" else kind


def explained(
    now: Value, form: str, arguments: Arguments, kinds: Kinds, made: Callable[[Arguments], Value]
) -> tuple[str, object] | None:
    """Return the one argument and its value with which a unit makes exactly what stands there, or None.

    `form` is the template behind it, `kinds` the type of each argument that may be chosen, such as `int` or
    `list of str`.
    """
    for name, value in chain(_tries(now, form, kinds), _fewer(now, form, arguments, kinds)):
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

    lists = {name: kind.removeprefix(LIST) for name, kind in kinds.items() if kind.startswith(LIST)}
    for name, items in lists_in(str(now), form, lists):
        yield name, [value for item in items for value in _typed(item, lists[name])]


def _fewer(now: Value, form: str, arguments: Arguments, kinds: Kinds) -> Iterator[tuple[str, object]]:
    """Lists that are joined into what stands there as one, without the entries that are there no more."""
    for name, kind in sorted(kinds.items()):
        given = arguments.get(name)
        if isinstance(now, list) and kind.startswith(LIST) and isinstance(given, list) and name in form:
            yield name, [value for value in given if value in now]


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
