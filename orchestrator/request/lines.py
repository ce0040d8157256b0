"""Which lines a person edited: they, not all that a value came from, are why it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from orchestrator.model.middle import middle
from orchestrator.model.request import BASE, HEAD, Line, Lines
from orchestrator.model.source import Because, Source

MOST = 12
_LONGEST = 200
_OTHER_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


class Edited:
    """The lines that differ between the texts of two sides, and what they say."""

    def __init__(self, base: Mapping[str, str], head: Mapping[str, str]) -> None:
        self.removed: dict[Source, str] = {}
        self.added: dict[Source, str] = {}
        for file in sorted({*base, *head}):
            if base.get(file) != head.get(file):
                gone, come = changed_lines(base.get(file, ""), head.get(file, ""))
                self.removed |= {Source(file, number): words for number, words in gone.items()}
                self.added |= {Source(file, number): words for number, words in come.items()}

    def why(self, old: Because, new: Because) -> Lines:
        """The edited lines among those that a value came from before and comes from now; never empty.

        Where none was edited, its place moved or another line bears on it: then all edited lines of the same
        files answer, or else the value's own first line.
        """
        found = {Line(BASE, line) for line in old if line in self.removed}
        found |= {Line(HEAD, line) for line in new if line in self.added}
        return tuple(sorted(found)) or self._near(old, new)

    def all(self) -> Lines:
        """Every edited line."""
        return tuple(
            sorted([*(Line(HEAD, line) for line in self.added), *(Line(BASE, line) for line in self.removed)])
        )

    def _near(self, old: Because, new: Because) -> Lines:
        files = {line.file for line in (*old, *new)}
        near = tuple(line for line in self.all() if line.source.file in files) or self.all()
        own = tuple(Line(HEAD, line) for line in new[:1]) or tuple(Line(BASE, line) for line in old[:1])
        return near or own


def changed_lines(old: str, new: str) -> tuple[dict[int, str], dict[int, str]]:
    """The lines that are only in the old text by their number, and those only in the new one."""
    skipped = 0
    if _is_plain(old) and _is_plain(new):
        first, end, other = middle(old, new)
        skipped, old, new = old.count("\n", 0, first), old[first:end], new[first:other]
    before, after = old.splitlines(), new.splitlines()
    start = _alike(before, after)
    same = _alike(before[start:][::-1], after[start:][::-1])
    gone, come = _unlike(before[start : len(before) - same], after[start : len(after) - same])
    return (
        {skipped + start + number: before[start + number - 1] for number in gone},
        {skipped + start + number: after[start + number - 1] for number in come},
    )


def _is_plain(text: str) -> bool:
    """Whether every line ends, and none with anything but a line feed."""
    return text.endswith("\n") and not any(sign in text for sign in _OTHER_ENDS)


def _alike(first: Iterable[str], second: Iterable[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _unlike(before: list[str], after: list[str]) -> tuple[list[int], list[int]]:
    """A long middle is compared as sets of lines: a hostile one would take the cube of its length."""
    if len(before) + len(after) > _LONGEST:
        known, wanted = set(before), set(after)
        return (
            [number for number, line in enumerate(before, 1) if line not in wanted],
            [number for number, line in enumerate(after, 1) if line not in known],
        )
    gone: list[int] = []
    come: list[int] = []
    for kind, one, other, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            gone += range(one + 1, other + 1)
            come += range(start + 1, end + 1)
    return gone, come
