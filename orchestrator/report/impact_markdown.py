"""The sections of any plan as Markdown for a forge; whatever people wrote in data stays words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.request import Affected, Change, Impact, Lines, Reason
from orchestrator.report.impact_text import NOT_COMPUTED, Section
from orchestrator.report.request_words import (
    because,
    count,
    folded,
    hosts,
    lines_of,
    listed,
    of_file,
    of_flow,
    took,
)
from orchestrator.report.safe_markdown import code, fenced, inline

_DIFFERENCES = 60


def sections(parts: Iterable[Section]) -> Iterator[str]:
    """The sections that say anything, each under its heading."""
    for name, lines in parts:
        told = list(lines)
        if told:
            yield from ("", f"### {name}", "", *told)


def why(lines: Lines) -> str:
    """The lines that give a row, in small print."""
    return f" <sub>because {code(because(lines))}</sub>" if lines else ""


def reasons(found: Iterable[Reason]) -> Iterator[str]:
    """Reasons of a risk."""
    yield from (f"- **{one.level}** {inline(one.text)}{why(one.because)}" for one in found)


def hit(plan: Impact) -> Iterator[str]:
    """People, rooms and services, and what is interrupted."""
    groups = (("person", plan.hit.people), ("room", plan.hit.rooms), ("service", plan.hit.services))
    for word, found in groups:
        if found:
            yield f"- {count(len(found), word)}: {_affected(found)}{why(lines_of(found))}"
    for one in plan.hit.interruptions:
        where = f" on {code(hosts(one.hosts))}" if one.hosts else ""
        yield f"- {inline(one.what)}{where}: {inline(one.expected)}{why(one.because)}"
    if not plan.hit.interruptions:
        yield "- nothing is interrupted, as far as data can tell"


def _affected(found: tuple[Affected, ...]) -> str:
    names = [f"{inline(one.name)} ({inline(listed(one.through, 3))})" for one in found[:12]]
    more = f" and {len(found) - 12} more" if len(found) > 12 else ""
    return f"{', '.join(names)}{more}"


def changes(found: Iterable[Change]) -> Iterator[str]:
    """Each change once, with all of its hosts."""
    for change in found:
        what = inline(change.role) if change.role else "connection"
        yield f"- **{what}** on {code(hosts(change.hosts))}: {change.kind}{why(change.because)}"
        yield from _details(change)


def _details(change: Change) -> Iterator[str]:
    lines = [*folded(change.differences), *map(of_file, change.files)]
    if lines:
        more = len(lines) - _DIFFERENCES
        cut = [f"and {more} more; see --format json"] if more > 0 else []
        yield fenced([*lines[:_DIFFERENCES], *cut], "  ")


def flows(plan: Impact, unknown: str = NOT_COMPUTED) -> Iterator[str]:
    """What the firewall newly lets through, and newly stops."""
    if plan.flows is None:
        yield unknown
        return
    yield from (f"- {inline(of_flow(row))}{why(row.because)}" for row in plan.flows.rows)


def waves(plan: Impact) -> Iterator[str]:
    """What runs when, and for how long."""
    for wave in plan.waves:
        size = f"{count(wave.units, 'unit')} on {count(len(wave.hosts), 'host')}"
        told = f"{inline(wave.name)}: {size}, {inline(', '.join(wave.roles))}: {took(wave)}"
        yield f"- {wave.position} {told}{why(wave.because)}"


def undo(plan: Impact) -> Iterator[str]:
    """What no revert brings back, and the steps of one."""
    yield from (f"- no inverse: {inline(one.text)}{why(one.because)}" for one in plan.undo.no_inverse)
    yield from (f"- {inline(step.text)}{why(step.because)}" for step in plan.undo.steps)
