"""The law of every emitter: a file with a hostile value reads back as the file with a good one but for it.

The good value is a mark that occurs nowhere else, so the law needs no second copy of a template: reading and
replacing may be done in either order. Where the role refuses, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from random import Random
from typing import Any

from hypothesis import strategies as st

from orchestrator.desired import desired
from orchestrator.model.rendering import SecretReference, UnitRendering
from orchestrator.render.specs import mismatches
from orchestrator.role_specs import read_options
from orchestrator.role_templates import ROLES, defaults, text_of
from tests.fuzz.hostile import SEEDS, around

MARKS = ("zqmark", "/zqmark", "203.0.113.77/24", "203.0.113.77", "54321", "2031-03-07", "05:59", "7min")
"""One for each form that an argument may have; none occurs in a template or in the lab."""

Path = tuple[str | int, ...]
Case = tuple[str, Path, str, Any]
Drawn = tuple[Case, str]
Read = Callable[[str], Any]
options = cache(read_options)


@cache
def lab() -> tuple[UnitRendering, ...]:
    """Every unit of the lab."""
    return desired(ROLES.parent / "inventories/lab").rendering.units


def given(role: str) -> dict[str, Any]:
    """The arguments of a role on its first host of the lab, with its defaults; secrets are words."""
    unit = next(unit for unit in lab() if unit.role == role)
    return {**defaults(role), **{name: opened(value) for name, value in unit.arguments.items()}}


def opened(value: Any) -> Any:
    """Arguments as plain values: a secret is a word."""
    if isinstance(value, Mapping):
        return {key: opened(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [opened(inner) for inner in value]
    return f"secret-{value.name}" if isinstance(value, SecretReference) else value


def emitted(role: str, path: str, arguments: Mapping[str, Any]) -> str | None:
    """The file as the role writes it; nothing where the role's interface or its template refuses a value."""
    unit = UnitRendering("here", role, 0, arguments, ())
    if next(mismatches(unit, options((role,))[role]), None):
        return None
    try:
        return text_of(role, path, arguments)
    except ValueError:
        return None


@dataclass(frozen=True)
class Emitter:
    """A role's files and how each is read back, arguments that the lab leaves empty, a value's spelling."""

    role: str
    files: Mapping[str, Read]
    more: Mapping[str, Any] = field(default_factory=dict)
    write: Callable[[str, str, Mapping[str, Any]], str | None] = emitted
    spelled: Callable[[Path, str], str] = lambda _place, value: value

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """Good arguments, all of them set."""
        return {**given(self.role), **self.more}

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every text of a file that comes from an argument: file, place, mark and tree with the mark."""
        places = [place for place, value in leaves(self.arguments) if isinstance(value, str)]
        return tuple(case for file in self.files for place in places for case in self._case(file, place))

    def _case(self, file: str, place: Path) -> Iterator[Case]:
        for mark in MARKS:
            text = self.write(self.role, file, put(self.arguments, place, mark))
            if text is not None and mark in text.lower():
                yield file, place, mark, self.files[file](text)
                return

    @property
    def names(self) -> set[str]:
        """The arguments whose texts are tried."""
        return {str(place[0]) for _, place, _, _ in self.cases}

    def hostile(self) -> st.SearchStrategy[Drawn]:
        """One of the cases with a hostile value for it."""
        return SEEDS.map(self._drawn)

    def _drawn(self, chance: Random) -> Drawn:
        case = chance.choice(self.cases)
        return case, around(case[2], chance)

    def holds(self, drawn: Drawn) -> None:
        """Assert the law for one case."""
        (file, place, mark, tree), value = drawn
        text = self.write(self.role, file, put(self.arguments, place, value))
        if text is not None:
            assert self.files[file](text) == replaced(tree, mark, self.spelled(place, value)), text


def leaves(value: Any, place: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single value of a tree with its place."""
    inner = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, one in inner:
        yield from leaves(one, (*place, step))
    if not isinstance(value, Mapping | list):
        yield place, value


def put(value: Any, place: Path, new: Any) -> Any:
    """A copy of a tree with another value at one place."""
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = put(value[place[0]], place[1:], new)
    return copy


def replaced(tree: Any, mark: str, value: str) -> Any:
    """A tree with the value wherever the mark was, also in capitals."""
    if isinstance(tree, str):
        return tree.replace(mark, value).replace(mark.upper(), value.upper()) if mark != value else tree
    if isinstance(tree, Mapping):
        return {replaced(key, mark, value): replaced(inner, mark, value) for key, inner in tree.items()}
    return [replaced(inner, mark, value) for inner in tree] if isinstance(tree, list | tuple) else tree
