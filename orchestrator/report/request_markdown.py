"""A request's plan as Markdown for a forge; whatever people wrote in data stays words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.request import Affected, Change, Lines, Reason, RequestPlan
from orchestrator.report.request_words import because, count, folded, hosts, listed, of_file, of_flow, took
from orchestrator.report.safe_markdown import code, fenced, inline

MARK = "<!-- townhall request -->"
_DIFFERENCES = 60


def request_markdown(plan: RequestPlan) -> str:
    """Return the plan, section by section; a change that many hosts share stands once."""
    compared = f"{code(plan.revisions.base[:12])} (merge base) to {code(plan.revisions.head[:12])}"
    head = [
        MARK,
        f"## Plan of {inline(plan.town)}",
        "",
        f"**{inline(plan.summary)}**",
        "",
        f"Compared: {compared}",
    ]
    if plan.is_empty:
        return "\n".join([*head, ""])
    parts = (
        ("What people did", _headlines(plan)),
        (f"Risk: {plan.risk.level}, {count(plan.risk.approvals, 'approval')}", _reasons(plan.risk.reasons)),
        ("Who is hit", _hit(plan)),
        ("Changes", _changes(plan)),
        ("Code", _code(plan)),
        ("Firewall", _flows(plan)),
        ("Violations of the policy", _violations(plan)),
        ("Waves", _waves(plan)),
        ("Undo", _undo(plan)),
    )
    told = [(name, list(rows)) for name, rows in parts]
    body = [line for name, rows in told if rows for line in ("", f"### {name}", "", *rows)]
    return "\n".join([*head, *body, ""])


def _why(lines: Lines) -> str:
    return f" <sub>because {code(because(lines))}</sub>" if lines else ""


def _headlines(plan: RequestPlan) -> Iterator[str]:
    yield from (f"- {inline(row.text)}{_why(row.because)}" for row in plan.headlines)


def _reasons(reasons: Iterable[Reason]) -> Iterator[str]:
    yield from (f"- **{one.level}** {inline(one.text)}{_why(one.because)}" for one in reasons)


def _hit(plan: RequestPlan) -> Iterator[str]:
    groups = (("person", plan.hit.people), ("room", plan.hit.rooms), ("service", plan.hit.services))
    for word, found in groups:
        if found:
            yield f"- {count(len(found), word)}: {_affected(found)}{_why(_lines(found))}"
    for one in plan.hit.interruptions:
        where = f" on {code(hosts(one.hosts))}" if one.hosts else ""
        yield f"- {inline(one.what)}{where}: {inline(one.expected)}{_why(one.because)}"
    if not plan.hit.interruptions:
        yield "- nothing is interrupted, as far as data can tell"


def _affected(found: tuple[Affected, ...]) -> str:
    names = [f"{inline(one.name)} ({inline(listed(one.through, 3))})" for one in found[:12]]
    more = f" and {len(found) - 12} more" if len(found) > 12 else ""
    return f"{', '.join(names)}{more}"


def _lines(found: Iterable[Affected]) -> Lines:
    return tuple(dict.fromkeys(line for one in found for line in one.because))


def _changes(plan: RequestPlan) -> Iterator[str]:
    for change in plan.changes:
        what = inline(change.role) if change.role else "connection"
        yield f"- **{what}** on {code(hosts(change.hosts))}: {change.kind}{_why(change.because)}"
        yield from _details(change)


def _details(change: Change) -> Iterator[str]:
    lines = [*folded(change.differences), *map(of_file, change.files)]
    if lines:
        more = len(lines) - _DIFFERENCES
        cut = [f"and {more} more; see --format json"] if more > 0 else []
        yield fenced([*lines[:_DIFFERENCES], *cut], "  ")


def _code(plan: RequestPlan) -> Iterator[str]:
    for file in plan.files.code:
        yield f"- {code(of_file(file))}: {inline(file.why)}{_why((file.line,))}"
    shown = {change.role for change in plan.changes if change.files}
    for role, files in plan.files.roles.items():
        if role not in shown:
            yield f"- role {code(role)}, which runs nowhere: {code(listed(map(of_file, files)))}"


def _flows(plan: RequestPlan) -> Iterator[str]:
    if plan.flows is None:
        yield "not computed"
        return
    yield from (f"- {inline(of_flow(row))}{_why(row.because)}" for row in plan.flows.rows)


def _violations(plan: RequestPlan) -> Iterator[str]:
    for one in plan.violations:
        shown = f"such as {code(one.counter_example)}, at {code(one.place)}"
        yield f"- **{inline(one.rule)}**: {inline(one.reason)}; {shown}"


def _waves(plan: RequestPlan) -> Iterator[str]:
    for wave in plan.waves:
        size = f"{count(wave.units, 'unit')} on {count(len(wave.hosts), 'host')}"
        yield f"- {wave.position} {inline(wave.name)}: {size}, {inline(', '.join(wave.roles))}: {took(wave)}"


def _undo(plan: RequestPlan) -> Iterator[str]:
    yield from (f"- no inverse: {inline(one.text)}{_why(one.because)}" for one in plan.undo.no_inverse)
    yield from (f"- {inline(step)}" for step in plan.undo.steps)
