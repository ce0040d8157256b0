"""Words that a request's plan is told in, whatever the format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Protocol

from orchestrator.model.request import FileChange, FlowRow, Lines, RequestWave

LINES_SHOWN = 6
HOSTS_SHOWN = 8
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CUT = 400
_LABELS_SHOWN = 5
_MANY = {"person": "people"}
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.ASCII)
_OF_ENTRY = re.compile(r"([^\[\]]*\[)([^\[\]]*)(\].*)")


def clean(value: object) -> str:
    """Text on one line without anything that a terminal obeys or that hides or turns letters around."""
    text = _ESCAPES.sub("", str(value))
    kept = (" " if one in "\n\r\t" else one for one in text[: _CUT + 1])
    line = "".join(one for one in kept if one == " " or unicodedata.category(one)[0] not in "CZ").strip()
    return line if len(line) <= _CUT else f"{line[:_CUT]}..."


def because(lines: Lines) -> str:
    """The first lines that give a value, and how many more there are."""
    return listed(map(str, lines), LINES_SHOWN)


class Traced(Protocol):
    """A row that knows its lines."""

    @property
    def because(self) -> Lines:
        """The lines that give it."""


def lines_of(rows: Iterable[Traced]) -> Lines:
    """The lines of several rows that share one, in their order."""
    return tuple(dict.fromkeys(line for row in rows for line in row.because))


def listed(names: Iterable[str], shown: int = HOSTS_SHOWN) -> str:
    """Some names, and how many more there are."""
    known = list(dict.fromkeys(clean(name) for name in names))
    more = len(known) - shown
    return ", ".join(known) if more <= 0 else f"{', '.join(known[:shown])} and {more} more"


def hosts(names: Iterable[str]) -> str:
    """All hosts, with a row of numbered ones as its first and last."""
    found: list[list[str]] = []
    for name in sorted(map(clean, names)):
        if found and _follows(found[-1][-1], name):
            found[-1].append(name)
        else:
            found.append([name])
    return ", ".join(f"{row[0]}..{row[-1]}" if len(row) > 2 else ", ".join(row) for row in found)


def _follows(first: str, second: str) -> bool:
    one, two = _NUMBERED.fullmatch(first), _NUMBERED.fullmatch(second)
    if not one or not two or one[1] != two[1] or len(one[2]) != len(two[2]):
        return False
    return int(two[2]) == int(one[2]) + 1


def folded(differences: Iterable[str]) -> Iterator[str]:
    """Differences as lines; alike ones of a list's entries share one, such as `ports[1, 2].vlan: 5 -> 6`."""
    labels: dict[tuple[str, str], list[str]] = {}
    for difference in differences:
        parts = _OF_ENTRY.fullmatch(clean(difference))
        shape, label = ((parts[1], parts[3]), parts[2]) if parts else ((clean(difference), ""), "")
        labels.setdefault(shape, []).append(label)
    for (start, end), found in labels.items():
        yield f"{start}{listed(found, _LABELS_SHOWN)}{end}" if end else start


def of_file(file: FileChange) -> str:
    """A file with the size of its change."""
    return f"{clean(file.path)} +{file.added} -{file.removed}"


def of_flow(row: FlowRow) -> str:
    """A flow with one packet of it."""
    word = "allowed" if row.allowed else "denied"
    return clean(f"newly {word}: {row.source} -> {row.destination} on {row.service}, such as {row.sample}")


def took(wave: RequestWave) -> str:
    """How long a wave is expected to take."""
    return "no history" if wave.seconds is None else f"about {wave.seconds:.0f} s"


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {_MANY.get(noun, noun + 's')}"
