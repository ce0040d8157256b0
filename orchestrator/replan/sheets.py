"""Files as sheets of entries: one line, one thing; what else a file says is its frame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat

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
_ENTRY = r" +(?:- |(?!hosts:|children:|vars:)[A-Za-z][A-Za-z0-9_.-]*: )\{[^{}\n]*\}"
_RUN = re.compile(rf"(?:^{_ENTRY}\n)+", re.MULTILINE)
_SECTION = re.compile(r"^[^ #\n].*$", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

Name = tuple[str, str]
"""Kind and key of an entry."""


Entry = tuple[str, int]
"""A line, and which run of entries of its file it stands in."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its text, its runs of entries, and its frame: a part before each run and one at the end."""

    text: str
    runs: list[list[str]]
    frame: list[str]

    def excerpt(self, kept: set[str], empty: str = "") -> str:
        """The file with only these lines of all its entries; `empty` stands for each other one."""
        runs = ("".join([f"{line}\n" if line in kept else empty for line in run]) for run in self.runs)
        return "".join(part for pair in zip(self.frame, (*runs, ""), strict=True) for part in pair)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The files of an inventory, and all entries by kind and key."""

    files: Mapping[str, Sheet]
    entries: Mapping[str, Mapping[str, Entry]]

    def holding(self, kind: str, words: str) -> Iterator[str]:
        """The keys of the entries of a kind whose line holds these words; no words at all are in doubt."""
        if not words:
            raise DoubtError("an entry lacks a value")
        entries, text = self.entries[kind], self.files[_FILES[kind]].text
        at = text.find(words)
        while at >= 0:
            end = text.find("\n", at)
            line = text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
            key = line if kind == TRUNK else line.partition(": {")[0].lstrip()
            if entries.get(key, ("", 0))[0] == line:
                yield key
            at = text.find(words, end) if end >= 0 else -1

    def framed_words(self) -> set[str]:
        """Every word of every frame."""
        return {word for sheet in self.files.values() for word in _WORD.findall("\n".join(sheet.frame))}

    def excerpt(self, kept: set[Name], empty: str = "") -> dict[str, str]:
        """The files without the lines of all other entries; `empty` stands for each of them."""
        lines: dict[str, set[str]] = {file: set() for file in self.files}
        for kind, key in kept:
            if key in self.entries[kind]:
                lines[_FILES[kind]].add(self.entries[kind][key][0])
        return {file: sheet.excerpt(lines[file], empty) for file, sheet in self.files.items() if sheet.text}


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
    runs: list[list[str]] = []
    frame, end, kind = [], 0, kinds.get("")
    for found in _RUN.finditer(text) if kinds else ():
        sections = _SECTION.findall(text, end, found.start())
        kind = kind if "" in kinds or not sections else kinds.get(sections[-1])
        if kind:
            frame.append(text[end : found.start()])
            end = found.end()
            run = found[0][:-1].split("\n")
            runs.append(run)
            keys = run if kind == TRUNK else [line.partition(": {")[0].lstrip() for line in run]
            entries[kind].update(zip(keys, zip(run, repeat(len(runs))), strict=False))
    if sum(len(entries[one]) for one in kinds.values()) != sum(map(len, runs)):
        raise DoubtError("an entry is there twice")
    return Sheet(text, runs, [*frame, text[end:]])
