"""A request's plan as Markdown for a forge; whatever people wrote in data stays words."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.request import RequestPlan
from orchestrator.report.impact_markdown import changes, flows, hit, reasons, sections, undo, waves, why
from orchestrator.report.request_text import SAME
from orchestrator.report.request_words import count, listed, of_file
from orchestrator.report.safe_markdown import code, inline

MARK = "<!-- townhall request -->"


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
        (f"Risk: {plan.risk.level}, {count(plan.risk.approvals, 'approval')}", reasons(plan.risk.reasons)),
        ("Who is hit", hit(plan)),
        ("Changes", changes(plan.changes)),
        ("Code", _code(plan)),
        ("The same lines with the code of the head", _effect(plan)),
        ("Firewall", flows(plan)),
        ("Violations of the policy", _violations(plan)),
        ("Waves", waves(plan)),
        ("Undo", undo(plan)),
    )
    return "\n".join([*head, *sections(parts), ""])


def _headlines(plan: RequestPlan) -> Iterator[str]:
    yield from (f"- {inline(row.text)}{why(row.because)}" for row in plan.headlines)


def _code(plan: RequestPlan) -> Iterator[str]:
    for file in plan.files.code:
        yield f"- {code(of_file(file))}: {inline(file.why)}{why((file.line,))}"
    shown = {change.role for change in plan.changes if change.files}
    for role, files in plan.files.roles.items():
        if role not in shown:
            told = f"role {code(role)}, which runs nowhere: {code(listed(map(of_file, files)))}"
            yield f"- {told}{why(tuple(file.line for file in files))}"


def _effect(plan: RequestPlan) -> Iterator[str]:
    if plan.effect and plan.effect.failed:
        yield f"- not known: {inline(plan.effect.failed)}"
    elif plan.effect:
        yield from changes(plan.effect.changes) if plan.effect.changes else (f"- {SAME}",)


def _violations(plan: RequestPlan) -> Iterator[str]:
    for one in plan.violations:
        shown = f"such as {code(one.counter_example)}"
        yield f"- **{inline(one.rule)}**: {inline(one.reason)}; {shown}{why(one.because)}"
