"""A request's plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.request import RequestPlan
from orchestrator.report.impact_text import changes, flows, hit, reasons, row, sections, undo, waves
from orchestrator.report.request_words import because, clean, count, of_file

SAME = "every unit is given the same as by the code of the base"


def request_text(plan: RequestPlan) -> str:
    """Return the plan, section by section; a change that many hosts share stands once."""
    title = f"{clean(plan.town)}: {clean(plan.summary)}"
    compared = f"{plan.revisions.base[:12]} (merge base) .. {plan.revisions.head[:12]}"
    if plan.is_empty:
        return "\n".join([title, f"  compared: {compared}"])
    parts = (
        ("what people did", _headlines(plan)),
        (f"risk: {plan.risk.level}, {count(plan.risk.approvals, 'approval')}", reasons(plan.risk.reasons)),
        ("who is hit", hit(plan)),
        ("changes", changes(plan.changes)),
        ("code", _code(plan)),
        ("the same lines with the code of the head", _effect(plan)),
        ("firewall", flows(plan)),
        ("violations of the policy", _violations(plan)),
        ("waves", waves(plan)),
        ("undo", undo(plan)),
    )
    return "\n".join([title, f"  compared: {compared}", *sections(parts)])


def _headlines(plan: RequestPlan) -> Iterator[str]:
    for done in plan.headlines:
        yield from row(clean(done.text), because(done.because))


def _code(plan: RequestPlan) -> Iterator[str]:
    for file in plan.files.code:
        yield from row(f"{of_file(file)}: {clean(file.why)}", because((file.line,)))
    shown = {change.role for change in plan.changes if change.files}
    for role, files in plan.files.roles.items():
        if role not in shown:
            told = f"role {clean(role)}, which runs nowhere: {', '.join(map(of_file, files))}"
            yield from row(told, because(tuple(file.line for file in files)))


def _effect(plan: RequestPlan) -> Iterator[str]:
    if plan.effect and plan.effect.failed:
        yield f"  not known: {clean(plan.effect.failed)}"
    elif plan.effect:
        yield from changes(plan.effect.changes) if plan.effect.changes else (f"  {SAME}",)


def _violations(plan: RequestPlan) -> Iterator[str]:
    for one in plan.violations:
        told = clean(f"{one.rule}: {one.reason}; such as {one.counter_example}")
        yield from row(told, because(one.because))
