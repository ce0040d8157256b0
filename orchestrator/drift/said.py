"""What one changed thing is called, and the lines of a text that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from orchestrator.model.drift import Concern

MOST_LINES, LONGEST = 8, 160
Value = Any


@dataclass(frozen=True, slots=True)
class Said:
    """One difference of a spot in words; a `stranger` came by hand and no unit takes it away.

    `path` and `concern` are given where they are not those of the spot itself.
    """

    words: str
    lines: tuple[str, ...] = ()
    remedy: str = ""
    stranger: bool = False
    path: str = ""
    concern: Concern | None = None


def plain(text: object) -> str:
    """A machine's own words without anything that a terminal would obey, cut where they are long."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text))
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def changed_lines(before: str, now: str) -> tuple[str, ...]:
    """The lines that are new with +, those that are gone with -; many are counted."""
    rows = unified_diff(before.splitlines(), now.splitlines(), n=0, lineterm="")
    lines = [plain(f"{row[0]} {row[1:]}") for row in rows if not row.startswith(("---", "+++", "@@"))]
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], *([f"and {more} more lines"] if more > 0 else []))


def changed_entries(
    before: Mapping[str, Value], now: Mapping[str, Value]
) -> Iterator[tuple[str, Value, Value]]:
    """Name, earlier and present value of each entry that differs, None where it is missing."""
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            yield name, before.get(name), now.get(name)
