"""Files as sheets of entries: one line, one thing; what else a file says is its frame."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.model.middle import middle
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
# Atomic groups: a possessive repeat of a group takes a character too many in the Python of Debian 12.
_RUN = re.compile(rf"(?>(?:^{_ENTRY}\n)+)", re.MULTILINE)
_ENTRIES = re.compile(rf"(?>(?:{_ENTRY}\n)*)")
_SECTION = re.compile(r"^[^ #\n].*$", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

LEFT_OUT = "# left out\n"
"""Stands for a line of the town that is not in an excerpt, so that every other one keeps its number."""

Name = tuple[str, str]
"""Kind and key of an entry."""
Entries = Mapping[str, Mapping[str, str]]
"""Lines by kind and key."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its text, its runs of entries, the kind and the place in the text of each, and its frame.

    The frame is a part before each run and one at the end.
    """

    text: str
    runs: list[list[str]]
    kinds: list[str]
    starts: list[int]
    frame: list[str]

    def excerpt(self, kept: set[str], empty: str = "") -> str:
        """The file with only these lines of all its entries; `empty` stands for each other one."""
        runs = ("".join([f"{line}\n" if line in kept else empty for line in run]) for run in self.runs)
        return "".join(part for pair in zip(self.frame, (*runs, ""), strict=True) for part in pair)

    def run_of(self, kind: str, line: str) -> int:
        """Which run of entries of a kind a line stands in."""
        runs = enumerate(zip(self.kinds, self.runs, strict=True))
        return next(number for number, (one, run) in runs if one == kind and line in run)

    def step(self, text: str) -> _Step | None:
        """How to come to a text that differs by some entries within one run; None for any other text."""
        if not (self.text.endswith("\n") and text.endswith("\n")):
            return None
        start, end, other = middle(self.text, text)
        number = bisect_right(self.starts, start) - 1
        words = text[start:other]
        if number < 0 or not _ENTRIES.fullmatch(words):
            return None
        first, last = (self.text.count("\n", self.starts[number], place) for place in (start, end))
        if last > len(self.runs[number]):
            return None
        return _Step(self, text, number, slice(first, last), words.split("\n")[:-1], other - end)


@dataclass(frozen=True, slots=True)
class _Step:
    """From one sheet to another: these lines of a run give way to others, and the rest moves along."""

    sheet: Sheet
    text: str
    number: int
    gone: slice
    come: list[str]
    longer: int

    def made(self) -> Sheet | None:
        """The other sheet; None if the run would be no more."""
        old, after = self.sheet, self.number + 1
        run = [*old.runs[self.number]]
        run[self.gone] = self.come
        if not run:
            return None
        runs = [*old.runs[: self.number], run, *old.runs[after:]]
        starts = [*old.starts[:after], *(place + self.longer for place in old.starts[after:])]
        return Sheet(self.text, runs, old.kinds, starts, old.frame)

    def entries(self, known: Entries) -> dict[str, Mapping[str, str]]:
        """The entries of the run's kind."""
        kind = self.sheet.kinds[self.number]
        found = dict(known[kind])
        for key in _keys(kind, self.sheet.runs[self.number][self.gone]):
            del found[key]
        found.update(zip(_keys(kind, self.come), self.come, strict=True))
        return {kind: found}


@dataclass(frozen=True, slots=True)
class Sheets:
    """The files of an inventory, and all entries by kind and key."""

    files: Mapping[str, Sheet]
    entries: Entries

    def run_of(self, kind: str, key: str) -> int:
        """Which run of its file an entry stands in."""
        return self.files[_FILES[kind]].run_of(kind, self.entries[kind][key])

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
            if entries.get(key) == line:
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
                lines[_FILES[kind]].add(self.entries[kind][key])
        return {file: sheet.excerpt(lines[file], empty) for file, sheet in self.files.items() if sheet.text}


def fields(entry: str) -> dict[str, str]:
    """The values of an entry's line by their key, as text."""
    return {key: quoted or plain for key, quoted, plain in _FIELD.findall(entry.partition("{")[2])}


def sheets(files: Mapping[str, str], known: Sheets | None = None) -> Sheets:
    """Take files apart, helped by what is known of them; an entry that is there twice is in doubt."""
    entries: dict[str, Mapping[str, str]] = {kind: {} for kind in _FILES}
    found: dict[str, Sheet] = {}
    for file in sorted({*files, *_KINDS}):
        found[file], by_kind = _taken(files.get(file, ""), _KINDS.get(file, {}), file, known)
        entries |= by_kind
        if sum(map(len, by_kind.values())) != sum(map(len, found[file].runs)):
            raise DoubtError("an entry is there twice")
    return Sheets(found, entries)


def _taken(
    text: str, kinds: Mapping[str, str], file: str, known: Sheets | None
) -> tuple[Sheet, dict[str, Mapping[str, str]]]:
    """A file taken apart, and its entries."""
    sheet = known.files.get(file) if known else None
    if known and sheet:
        same = {kind: known.entries[kind] for kind in kinds.values()}
        if sheet.text == text:
            return sheet, same
        step = sheet.step(text)
        made = step.made() if step else None
        if step and made:
            return made, same | step.entries(same)
    sheet = _divided(text, kinds)
    found: dict[str, dict[str, str]] = {kind: {} for kind in kinds.values()}
    for kind, run in zip(sheet.kinds, sheet.runs, strict=True):
        found[kind].update(zip(_keys(kind, run), run, strict=True))
    return sheet, {**found}


def _keys(kind: str, run: list[str]) -> list[str]:
    return run if kind == TRUNK else [line.partition(": {")[0].lstrip() for line in run]


def _divided(text: str, kinds: Mapping[str, str]) -> Sheet:
    sheet, end, kind = Sheet(text, [], [], [], []), 0, kinds.get("")
    for found in _RUN.finditer(text) if kinds else ():
        sections = _SECTION.findall(text, end, found.start())
        kind = kind if "" in kinds or not sections else kinds.get(sections[-1])
        if kind:
            sheet.frame.append(text[end : found.start()])
            sheet.starts.append(found.start())
            end = found.end()
            sheet.runs.append(found[0][:-1].split("\n"))
            sheet.kinds.append(kind)
    sheet.frame.append(text[end:])
    return sheet
