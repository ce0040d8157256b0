"""Plain values that know their lines, and what a word without quotes may mean."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"0|-?[1-9][0-9]*")
AMBIGUOUS = re.compile(
    r"""(?x) (?i:yes|no|on|off|true|false|y|n|null|~)
    | [-+]?[0-9][0-9_]* | [-+]?0(?:b[01_]+|x[0-9a-fA-F_]+|o[0-7_]+)
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    | [-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)? | [-+]?[0-9]+[eE][-+]?[0-9]+
    | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ ].*)?
    | = | <<"""
)
PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
AGAIN = "\x00"


class Table(dict[str, Any]):
    """A mapping that knows its line and the line of each key."""

    __slots__ = ("line", "lines", "pending")

    def __init__(self, line: int) -> None:
        self.line = line
        self.lines: dict[str, int] = {}
        self.pending: str | None = None

    def discard_again(self) -> None:
        """Drop what stood behind a key that was there already."""
        if AGAIN in self:
            del self[AGAIN]


class Items(list[Any]):
    """A sequence that knows its line and the line of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        self.line = line
        self.lines: list[int] = []

    def discard_again(self) -> None:
        """A list has no keys."""


class Tagged(str):
    """Text under the one allowed tag, `!vault`."""

    __slots__ = ()
