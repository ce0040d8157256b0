"""Files as sheets of entries: one line, one thing; what else a file says is its frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.replan.doubt import DoubtError

HOST, PERSON, ROOM, SOCKET, SWITCH, TRUNK = "host", "person", "room", "socket", "switch", "trunk"
_KINDS: Mapping[str, Mapping[str, str]] = {
    "hosts/workstations.yml": {"": HOST},
    "hosts/switches.yml": {"": SWITCH},
    "group_vars/all/people.yml": {"people:": PERSON},
    "group_vars/all/cabling.yml": {"rooms:": ROOM, "sockets:": SOCKET, "trunks:": TRUNK},
}
"""What the entries of a file are, by its section; no section means anywhere in it."""
_FILES = {kind: file for file, by_section in _KINDS.items() for kind in by_section.values()}
_FIELD = re.compile(r'([a-z_]+): (?:"([^"]*)"|([^,}]+))')
_WHOLE = re.compile(r" +(?:- |(?!hosts:|children:|vars:)([A-Za-z][A-Za-z0-9_.-]*): )\{[^{}]*\}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

Name = tuple[str, str]
"""Kind and key of an entry."""


Entry = tuple[str, int]
"""A line and its place: how many lines of the frame stand before it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its text, its lines, which of them are entries and of what name, and its frame."""

    text: str
    lines: list[str]
    numbers: list[int]
    names: list[Name]
    frame: list[str]

    def excerpt(self, kept: set[Name]) -> str:
        """The file without the lines of all other entries."""
        if not self.names:
            return self.text
        left_out = {number for number, name in zip(self.numbers, self.names, strict=True) if name not in kept}
        return "\n".join([line for number, line in enumerate(self.lines) if number not in left_out])


@dataclass(frozen=True, slots=True)
class Sheets:
    """The files of an inventory, and all entries by kind and key."""

    files: Mapping[str, Sheet]
    entries: Mapping[str, Mapping[str, Entry]]

    def holding(self, kind: str, words: str) -> Iterator[str]:
        """The keys of the entries of a kind whose line holds these words."""
        entries, text = self.entries[kind], self.files[_FILES[kind]].text
        at = text.find(words)
        while at >= 0:
            begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            line = text[begin : end if end >= 0 else len(text)]
            key = _key(line)
            if key is not None and entries.get(key, ("", 0))[0] == line:
                yield key
            at = text.find(words, begin + len(line))

    def framed_words(self) -> set[str]:
        """Every word of every frame."""
        return {word for sheet in self.files.values() for word in _WORD.findall("\n".join(sheet.frame))}

    def excerpt(self, kept: set[Name]) -> dict[str, str]:
        """The files without the lines of all other entries."""
        return {file: sheet.excerpt(kept) for file, sheet in self.files.items() if sheet.text}


def fields(entry: Entry) -> dict[str, str]:
    """The values of an entry's line by their key, as text."""
    return {key: quoted or plain for key, quoted, plain in _FIELD.findall(entry[0].partition("{")[2])}


def sheets(files: Mapping[str, str], known: Sheets | None = None) -> Sheets:
    """Take files apart, but for those that are known; an entry that is there twice is in doubt."""
    entries: dict[str, dict[str, Entry]] = {kind: {} for kind in _FILES}
    found: dict[str, Sheet] = {}
    for file in sorted({*files, *_KINDS}):
        same = known.files.get(file) if known else None
        if known and same and same.text == files.get(file):
            found[file] = same
            entries |= {kind: dict(known.entries[kind]) for kind in _KINDS.get(file, {}).values()}
        else:
            found[file] = _divided(files.get(file, ""), _KINDS.get(file, {}), entries)
    return Sheets(found, entries)


def _divided(text: str, kinds: Mapping[str, str], entries: Mapping[str, dict[str, Entry]]) -> Sheet:
    lines = text.split("\n")
    if not kinds:
        return Sheet(text, lines, [], [], lines)
    numbers: list[int] = []
    names: list[Name] = []
    frame: list[str] = []
    kind, whole = kinds.get(""), _WHOLE.fullmatch
    for number, line in enumerate(lines):
        found = whole(line) if kind else None
        if kind and found:
            key = found[1] or line
            entries[kind][key] = (line, len(frame))
            numbers.append(number)
            names.append((kind, key))
        else:
            frame.append(line)
            if "" not in kinds and line and line[0] not in " #":
                kind = kinds.get(line)
    if sum(len(entries[one]) for one in kinds.values()) != len(names):
        raise DoubtError("an entry is there twice")
    return Sheet(text, lines, numbers, names, frame)


def _key(line: str) -> str | None:
    found = _WHOLE.fullmatch(line)
    return (found[1] or line) if found else None
