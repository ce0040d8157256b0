"""The sections of any plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.request import Affected, Change, Impact, Reason
from orchestrator.report.request_words import (
    because,
    clean,
    count,
    folded,
    hosts,
    lines_of,
    listed,
    of_file,
    of_flow,
    took,
)

NOT_COMPUTED = "not computed"
Section = tuple[str, Iterable[str]]


def sections(parts: Iterable[Section]) -> Iterator[str]:
    """The sections that say anything, each under its name."""
    for name, lines in parts:
        told = list(lines)
        if told:
            yield from ("", name, *told)


def row(text: str, why: str = "", indent: int = 2) -> Iterator[str]:
    """A row, and below it the lines that give it."""
    yield f"{' ' * indent}{text}"
    if why:
        yield f"{' ' * (indent + 4)}because {why}"


def reasons(found: Iterable[Reason]) -> Iterator[str]:
    """Reasons of a risk."""
    for reason in found:
        yield from row(f"{reason.level:6} {clean(reason.text)}", because(reason.because))


def hit(plan: Impact) -> Iterator[str]:
    """People, rooms and services, and what is interrupted."""
    groups = (("person", plan.hit.people), ("room", plan.hit.rooms), ("service", plan.hit.services))
    for word, found in groups:
        if found:
            yield from row(
                f"{count(len(found), word)}: {listed(map(_affected, found))}", because(lines_of(found))
            )
    for one in plan.hit.interruptions:
        where = f" [{hosts(one.hosts)}]" if one.hosts else ""
        yield from row(f"{clean(one.what)}{where}: {clean(one.expected)}", because(one.because))


def _affected(one: Affected) -> str:
    return f"{one.name}: {listed(one.through, 3)}"


def changes(found: Iterable[Change]) -> Iterator[str]:
    """Each change once, with all of its hosts."""
    for change in found:
        yield from row(f"{clean(change.role) or 'connection':18} {hosts(change.hosts)}: {change.kind}")
        yield from _details(change)


def _details(change: Change) -> Iterator[str]:
    yield from (f"      {line}" for line in folded(change.differences))
    yield from (f"      {of_file(file)}" for file in change.files)
    yield f"      because {because(change.because)}"


def flows(plan: Impact, unknown: str = NOT_COMPUTED) -> Iterator[str]:
    """What the firewall newly lets through, and newly stops."""
    if plan.flows is None:
        yield f"  {unknown}"
        return
    for flow in plan.flows.rows:
        yield from row(of_flow(flow), because(flow.because))


def waves(plan: Impact) -> Iterator[str]:
    """What runs when, and for how long."""
    for wave in plan.waves:
        size = f"{count(wave.units, 'unit')} on {count(len(wave.hosts), 'host')}"
        told = f"{wave.position:3}  {clean(wave.name)}: {size}, {listed(wave.roles)}: {took(wave)}"
        yield from row(told, because(wave.because))


def undo(plan: Impact) -> Iterator[str]:
    """What no revert brings back, and the steps of one."""
    for reason in plan.undo.no_inverse:
        yield from row(f"no inverse: {clean(reason.text)}", because(reason.because))
    for number, step in enumerate(plan.undo.steps, 1):
        yield from row(f"{number}. {clean(step.text)}", because(step.because))
