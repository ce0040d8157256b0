"""Says of a merged state what is wrong with it, in the lines of the revisions that it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from orchestrator.errors import Problem
from orchestrator.load.problems import Problems, shown
from orchestrator.model.source import Source

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both sides changed: the lines of each, and where those begin in its own file."""

    request: tuple[str, ...]
    request_line: int
    main: tuple[str, ...]
    main_line: int


def origin_of(problem: Problem, merged: Files, request: Files, main: Files, name: str) -> Problem:
    """The problem of a merged state at the line of the request or of the main branch that it came from."""
    file, _, number = problem.place.rpartition(":")
    lines = merged.get(file, "").split("\n")
    words = lines[int(number) - 1] if number.isdigit() and int(number) <= len(lines) else None
    reason = f"{problem.reason}; this is so only together with {name}"
    for texts, prefix in ((request, ""), (main, f"{name} ")):
        there = texts.get(file, "").split("\n")
        if words is not None and words in there:
            place = f"{prefix}{file}:{there.index(words) + 1}"
            return replace(problem, place=place, reason=reason)
    return replace(problem, reason=reason)


def note_clashes(
    file: str, marked: str, sides: tuple[str | None, str | None], name: str, problems: Problems
) -> None:
    """Note every place of a file that git cannot merge; `sides` are the texts of request and main branch."""
    request, main = sides
    remedy = f"merge {name} into the branch and keep what both say"
    if request is None or main is None:
        gone, kept = ("the request", name) if request is None else (name, "the request")
        reason = f"{gone} removed this file, and {kept} changed it"
        problems.add(Source(file, 1), "TH-MERGE-CONFLICT", file, reason, remedy)
        return
    for clash in clashes(marked, request, main):
        reason = f"{name} changed the same place ({_side(file, clash)})"
        value = (clash.request or ("nothing",))[0].strip()
        problems.add(Source(file, clash.request_line), "TH-MERGE-CONFLICT", value, reason, remedy)


def _side(file: str, clash: Clash) -> str:
    place = Source(file, clash.main_line)
    return f"{place}: {shown(clash.main[0].strip())}" if clash.main else f"{place}: nothing is left there"


def clashes(marked: str, request: str, main: str) -> Iterator[Clash]:
    """The places between git's marks, the main branch's lines first."""
    at_main = at_request = 0
    for ours, theirs in _hunks(marked):
        at_main = _found(main.split("\n"), ours, at_main)
        at_request = _found(request.split("\n"), theirs, at_request)
        yield Clash(tuple(theirs), at_request + 1, tuple(ours), at_main + 1)


def _hunks(marked: str) -> Iterator[tuple[list[str], list[str]]]:
    ours: list[str] = []
    theirs: list[str] = []
    side: list[str] | None = None
    for line in marked.split("\n"):
        if line.startswith("<<<<<<< ") and side is None:
            side = ours = []
            theirs = []
        elif line == "=======" and side is ours:
            side = theirs
        elif line.startswith(">>>>>>> ") and side is theirs:
            yield ours, theirs
            side = None
        elif side is not None:
            side.append(line)


def _found(lines: list[str], wanted: list[str], start: int) -> int:
    """Where a run of lines begins, at or after a line; the start itself if there is no such run."""
    ends = range(start, len(lines) - len(wanted) + 1)
    return next((at for at in ends if wanted and lines[at : at + len(wanted)] == wanted), start)
