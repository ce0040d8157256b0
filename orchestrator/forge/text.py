"""The words of a comment: marks, fences, and whole sections that fit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from orchestrator.model.suggestion import Suggestion

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r"#{1,6} +(.+)")
_NAMED = 12
_SUGGESTED = "## Suggested lines"


def mark(town: str, about: str = "plan") -> str:
    """The hidden line by which the comment about a plan or its outcome is found again."""
    return f"<!-- townhall:{about}:{town} -->"


def suggestion_mark(town: str, suggestion: Suggestion) -> str:
    """The hidden line by which the suggestion for a line is found again."""
    place = hashlib.sha256(f"{suggestion.file}\0{suggestion.line}".encode()).hexdigest()[:16]
    return f"<!-- townhall:suggestion:{town}:{place} -->"


def fenced(text: str, kind: str) -> str:
    """Text in a fence longer than any inside it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text}\n{fence}"


def as_diffs(suggestions: Sequence[Suggestion], room: int) -> str:
    """Suggestions for a forge without suggestions, or for lines where it takes none; the first that fit."""
    if not suggestions:
        return ""
    left, parts = room - size(_SUGGESTED) - size(_beyond(len(suggestions))) - 4, list[str]()
    for one in suggestions:
        part = fenced(f"{one.file}:{one.line}\n-{one.old}\n+{one.new}", "diff")
        left -= size(part) + 2
        if left < 0:
            break
        parts.append(part)
    beyond = len(suggestions) - len(parts)
    return "\n\n".join([_SUGGESTED, *parts, *([_beyond(beyond)] if beyond else []), ""])


def _beyond(number: int) -> str:
    return f"{number} lines more than there is room for: townhall check --fix writes them all."


def size(text: str) -> int:
    """Characters as UTF-16 counts them: the most that any forge counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def fitting(markdown: str, room: int, whole: str | None) -> str:
    """The sections that fit into a room, and a line that says which were left out and where the whole is."""
    if size(markdown) <= room:
        return markdown
    parts = sections(markdown)
    left_out = [*range(len(parts))]
    notice = _notice([_title(parts[index]) for index in left_out], room, whole)
    left = room - size(notice)
    kept = []
    for index, part in enumerate(parts):
        if size(part) <= left:
            left -= size(part)
            kept.append(index)
    titles = [_title(part) for index, part in enumerate(parts) if index not in kept]
    return "".join(parts[index] for index in kept) + _notice(titles, room, whole)


def sections(markdown: str) -> list[str]:
    """The text cut before each heading that stands outside of a fence; joined they are the text."""
    parts, fence = [""], ""
    for line in markdown.splitlines(keepends=True):
        found = _FENCE.match(line.rstrip("\r\n"))
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
        if not fence and _HEADING.match(line) and parts[-1]:
            parts.append("")
        parts[-1] += line
    return parts


def _title(part: str) -> str:
    found = _HEADING.match(part)
    return found[1].strip()[:60] if found else "the beginning"


def _notice(titles: list[str], room: int, whole: str | None) -> str:
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    where = f"The whole: {whole}" if whole else "The whole is in the output of the job that planned it."
    return f"\n\nCut to {room} characters; left out: {', '.join(titles[:_NAMED])}{more}. {where}\n"
