"""Collects what is wrong, so that a stage can show all of it at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from orchestrator.errors import Problem, Refused
from orchestrator.model.source import Source

_SHOWN = 60
_SUGGESTIONS = 100
_LISTED = 12


class BadError(ValueError):
    """A single value is wrong; the caller knows its place."""

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.code, self.reason, self.remedy = code, reason, remedy


class Problems:
    """The problems of one stage; suggestions are rationed because looking for near names is slow."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._suggestions = _SUGGESTIONS

    def add(self, place: Source | str, code: str, value: object, reason: str, remedy: str) -> None:
        """Note a problem; the value is escaped and cut here."""
        self.found.append(Problem(str(place), code, shown(value), reason, remedy))

    def add_bad(self, place: Source | str, value: object, bad: BadError) -> None:
        """Note a wrong value at its place."""
        self.add(place, bad.code, value, bad.reason, bad.remedy)

    def unknown(self, place: Source, code: str, value: str, what: str, known: Iterable[str]) -> None:
        """Note a name that nothing defines; suggests the nearest, or lists the names if they are few.

        `what` says the kind of name and where it is defined, such as `socket in cabling.yml`.
        """
        self.add(place, code, value, f"no such {what}", self.instead(value, known, what))

    def instead(self, value: str, known: Iterable[str], what: str) -> str:
        """What to write instead of an unknown name."""
        names = sorted(known)
        self._suggestions -= 1
        near = difflib.get_close_matches(value, names, 1) if self._suggestions >= 0 else []
        few = len(names) <= _LISTED
        if near:
            allowed = f" Allowed: {', '.join(names)}" if few and len(names) > 1 else ""
            return f"did you mean {near[0]}?{allowed}"
        if not names:
            return f"define the {what} first"
        return f"write one of: {', '.join(names)}" if few else f"write one of the {len(names)} names there"

    def refuse(self) -> None:
        """Raise if there is any problem."""
        if self.found:
            raise Refused(self.found)


def shown(value: object) -> str:
    """A value as it may be printed: one line, nothing that a terminal would obey, cut at 60 characters."""
    text = value if isinstance(value, str) else _plain(value)
    clean = "".join(_escaped(character) for character in text[: _SHOWN + 1])
    return f"{clean[:_SHOWN]}..." if len(clean) > _SHOWN else clean or '""'


def _plain(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return ("{...}" if isinstance(value, dict) else "[...]") if value else str(value)
    return str(value)


def _escaped(character: str) -> str:
    if character == " " or unicodedata.category(character)[0] in "LNPSM":
        return character
    return character.encode("unicode_escape").decode()
