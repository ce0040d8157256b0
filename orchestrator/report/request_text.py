"""A request's plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.request import Affected, Change, Lines, Reason, RequestPlan
from orchestrator.report.request_words import (
    because,
    clean,
    count,
    folded,
    hosts,
    listed,
    of_file,
    of_flow,
    took,
)

NOT_COMPUTED = "not computed"


def request_text(plan: RequestPlan) -> str:
    """Return the plan, section by section; a change that many hosts share stands once."""
    title = f"{clean(plan.town)}: {clean(plan.summary)}"
    compared = f"{plan.revisions.base[:12]} (merge base) .. {plan.revisions.head[:12]}"
    if plan.is_empty:
        return "\n".join([title, f"  compared: {compared}"])
    parts = (
        ("what people did", _headlines(plan)),
        (f"risk: {plan.risk.level}, {count(plan.risk.approvals, 'approval')}", _reasons(plan.risk.reasons)),
        ("who is hit", _hit(plan)),
        ("changes", _changes(plan)),
        ("code", _code(plan)),
        ("firewall", _flows(plan)),
        ("violations of the policy", _violations(plan)),
        ("waves", _waves(plan)),
        ("undo", _undo(plan)),
    )
    told = [(name, list(rows)) for name, rows in parts]
    body = [line for name, rows in told if rows for line in ("", name, *rows)]
    return "\n".join([title, f"  compared: {compared}", *body])


def _row(text: str, why: str = "", indent: int = 2) -> Iterator[str]:
    yield f"{' ' * indent}{text}"
    if why:
        yield f"{' ' * (indent + 4)}because {why}"


def _headlines(plan: RequestPlan) -> Iterator[str]:
    for row in plan.headlines:
        yield from _row(clean(row.text), because(row.because))


def _reasons(reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        yield from _row(f"{reason.level:6} {clean(reason.text)}", because(reason.because))


def _hit(plan: RequestPlan) -> Iterator[str]:
    groups = (("person", plan.hit.people), ("room", plan.hit.rooms), ("service", plan.hit.services))
    for word, found in groups:
        if found:
            yield from _row(
                f"{count(len(found), word)}: {listed(map(_affected, found))}", because(_lines(found))
            )
    for one in plan.hit.interruptions:
        where = f" [{hosts(one.hosts)}]" if one.hosts else ""
        yield from _row(f"{clean(one.what)}{where}: {clean(one.expected)}", because(one.because))


def _affected(one: Affected) -> str:
    return f"{one.name}: {listed(one.through, 3)}"


def _lines(found: Iterable[Affected]) -> Lines:
    return tuple(dict.fromkeys(line for one in found for line in one.because))


def _changes(plan: RequestPlan) -> Iterator[str]:
    for change in plan.changes:
        yield from _row(f"{clean(change.role) or 'connection':18} {hosts(change.hosts)}: {change.kind}")
        yield from _details(change)


def _details(change: Change) -> Iterator[str]:
    yield from (f"      {line}" for line in folded(change.differences))
    yield from (f"      {of_file(file)}" for file in change.files)
    yield f"      because {because(change.because)}"


def _code(plan: RequestPlan) -> Iterator[str]:
    for file in plan.files.code:
        yield from _row(f"{of_file(file)}: {clean(file.why)}", because((file.line,)))
    shown = {change.role for change in plan.changes if change.files}
    for role, files in plan.files.roles.items():
        if role not in shown:
            yield from _row(f"role {clean(role)}, which runs nowhere: {', '.join(map(of_file, files))}")


def _flows(plan: RequestPlan) -> Iterator[str]:
    if plan.flows is None:
        yield f"  {NOT_COMPUTED}"
        return
    for row in plan.flows.rows:
        yield from _row(of_flow(row), because(row.because))


def _violations(plan: RequestPlan) -> Iterator[str]:
    for one in plan.violations:
        yield from _row(clean(f"{one.rule}: {one.reason}; such as {one.counter_example}"), clean(one.place))


def _waves(plan: RequestPlan) -> Iterator[str]:
    for wave in plan.waves:
        size = f"{count(wave.units, 'unit')} on {count(len(wave.hosts), 'host')}"
        yield f"  {wave.position:3}  {clean(wave.name)}: {size}, {listed(wave.roles)}: {took(wave)}"


def _undo(plan: RequestPlan) -> Iterator[str]:
    for reason in plan.undo.no_inverse:
        yield from _row(f"no inverse: {clean(reason.text)}", because(reason.because))
    yield from (f"  {number}. {clean(step)}" for number, step in enumerate(plan.undo.steps, 1))
