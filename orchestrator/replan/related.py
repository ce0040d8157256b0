"""Which entries have a say in what follows from some others: their owners, cables, places and rivals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.sheets import HOST, PERSON, ROOM, SOCKET, SWITCH, TRUNK, Name, Sheets, fields

_MOST_EDITED = 100
_WITNESSES = 2
Fields = Mapping[str, str]


def edited(before: Sheets, now: Sheets) -> set[Name]:
    """The entries that were added, removed or changed; anything else that differs is in doubt."""
    if _frames(before) != _frames(now):
        raise DoubtError("more than entries was edited")
    found: set[Name] = set()
    for kind, new in now.entries.items():
        old = before.entries[kind]
        if old is new:
            continue
        different = {key for key, entry in new.items() if old.get(key) != entry} | (old.keys() - new.keys())
        both = different & old.keys() & new.keys()
        if len(different) <= _MOST_EDITED and any(
            before.run_of(kind, key) != now.run_of(kind, key) for key in both
        ):
            raise DoubtError("an entry was moved")
        found |= {(kind, key) for key in different}
    if len(found) > _MOST_EDITED or any(kind in {SWITCH, TRUNK} for kind, _ in found):
        raise DoubtError("too much was edited")
    return found


def _frames(of: Sheets) -> dict[str, list[str]]:
    return {file: sheet.frame for file, sheet in of.files.items()}


class Relatives:
    """Collects entries with all that has to be known of them, before and now.

    Whoever is wanted closely brings along what refers to it.
    """

    def __init__(self, before: Sheets, now: Sheets) -> None:
        self._sheets = (before, now)
        self._close: dict[Name, bool] = {}
        self._waiting: list[Name] = []

    def of(self, edited: Iterable[Name], others: Iterable[str]) -> set[Name]:
        """The entries to keep for edited ones, and for others of these keys whatever their kind."""
        for kind, key in edited:
            self._want(kind, key, closely=True)
            for values in self._versions(kind, key):
                _RIVALS[kind](self, key, values)
        for key in (*others, *self._first()):
            for kind in _FOLLOWED:
                self._want(kind, key, closely=kind == PERSON)
        while self._waiting:
            kind, key = self._waiting.pop()
            for values in self._versions(kind, key):
                _FOLLOWED[kind](self, key, values, self._close[kind, key])
        return set(self._close)

    def _first(self) -> Iterator[str]:
        """One entry of each kind, for no section may be empty."""
        yield from (key for sheets in self._sheets for by in sheets.entries.values() for key in islice(by, 1))

    def _want(self, kind: str, key: str | None, closely: bool = False) -> None:
        if key is None or not any(key in sheets.entries[kind] for sheets in self._sheets):
            return
        known = self._close.get((kind, key))
        if known is None or (closely and not known):
            self._close[kind, key] = closely
            self._waiting.append((kind, key))

    def _versions(self, kind: str, key: str) -> Iterator[Fields]:
        for sheets in self._sheets:
            entry = sheets.entries[kind].get(key)
            if entry:
                yield fields(entry)

    def _holders(self, kind: str, words: str, closely: bool = False, most: int | None = None) -> None:
        for sheets in self._sheets:
            for key in islice(sheets.holding(kind, words), most):
                self._want(kind, key, closely)

    def _saying(self, kind: str, field: str, value: str, closely: bool = False) -> None:
        self._holders(kind, f"{field}: {value}", closely)
        self._holders(kind, f'{field}: "{value}"', closely)

    def _rivals_of_host(self, key: str, values: Fields) -> None:
        """Whoever could have its name, MAC, socket, owner or address, and witnesses of its network."""
        self._want(SWITCH, key)
        self._want(PERSON, values.get("person"), closely=True)
        self._want(SOCKET, values.get("socket"), closely=True)
        first, _, tail = values.get("address", key).rpartition(".")
        for kind in (HOST, SWITCH):
            self._holders(kind, values.get("mac", key))
            self._holders(kind, f"{first[first.rfind('.') :]}.{tail}")
        self._holders(HOST, f"{first}.", most=_WITNESSES)

    def _rivals_of_person(self, _: str, values: Fields) -> None:
        """Machines that the whole department shares."""
        self._saying(HOST, "department", values.get("department", ""))

    def _rivals_of_socket(self, _: str, values: Fields) -> None:
        """Whoever could be plugged into its port."""
        self._saying(SOCKET, "switch", values.get("switch", ""))
        self._holders(TRUNK, values.get("switch", ""))

    def _rivals_of_room(self, _: str, __: Fields) -> None:
        """Rooms have none."""

    def _host(self, _: str, values: Fields, __: bool) -> None:
        self._want(PERSON, values.get("person"))
        self._want(SOCKET, values.get("socket"))
        if "department" in values:
            self._saying(PERSON, "department", values["department"], closely=True)

    def _person(self, key: str, _: Fields, closely: bool) -> None:
        if closely:
            self._holders(HOST, key)

    def _socket(self, key: str, values: Fields, closely: bool) -> None:
        self._want(ROOM, values.get("room"))
        self._want(SWITCH, values.get("switch"))
        if closely:
            self._holders(HOST, key)

    def _room(self, key: str, _: Fields, closely: bool) -> None:
        if closely:
            self._saying(SOCKET, "room", key, closely=True)

    def _trunk(self, _: str, values: Fields, __: bool) -> None:
        self._want(SWITCH, values.get("switch"))
        self._want(SWITCH, values.get("to"))

    def _switch(self, _: str, __: Fields, ___: bool) -> None:
        """A switch stands for itself."""


_RIVALS: Mapping[str, Callable[[Relatives, str, Fields], None]] = {
    HOST: Relatives._rivals_of_host,
    PERSON: Relatives._rivals_of_person,
    SOCKET: Relatives._rivals_of_socket,
    ROOM: Relatives._rivals_of_room,
}
_FOLLOWED: Mapping[str, Callable[[Relatives, str, Fields, bool], None]] = {
    HOST: Relatives._host,
    PERSON: Relatives._person,
    SOCKET: Relatives._socket,
    ROOM: Relatives._room,
    TRUNK: Relatives._trunk,
    SWITCH: Relatives._switch,
}
