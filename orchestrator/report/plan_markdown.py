"""An apply plan as Markdown, for a change record or a chat; whatever people wrote in data stays words."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.apply_plan import ApplyPlan
from orchestrator.report.batch_rows import batch_rows
from orchestrator.report.impact_markdown import changes, flows, hit, reasons, sections, undo, waves, why
from orchestrator.report.plan_text import NO_FIREWALL, RETIRED
from orchestrator.report.safe_markdown import code, inline


def plan_markdown(plan: ApplyPlan) -> str:
    """Return the plan, section by section; a change that many hosts share stands once."""
    head = [f"## Plan of {inline(plan.town)}", "", f"**{inline(plan.summary)}**"]
    parts = (
        (f"Risk: {plan.risk.level}", reasons(plan.risk.reasons)),
        ("Who is hit", hit(plan)),
        ("Changes", changes(plan.changes)),
        ("Firewall", flows(plan, NO_FIREWALL)),
        ("Waves", (*waves(plan), *(f"- {inline(one)}" for one in batch_rows(plan)))),
        ("Undo", undo(plan)),
    )
    rest = (
        ("To be checked only", _unverified(plan)),
        ("Retired, their line is gone", _unwanted(plan)),
    )
    return "\n".join([*head, *sections((*(parts if plan.units else ()), *rest)), ""])


def _unverified(plan: ApplyPlan) -> Iterator[str]:
    yield from (f"- {code(one.role)} on {code(one.host)}{why(one.because)}" for one in plan.unverified)


def _unwanted(plan: ApplyPlan) -> Iterator[str]:
    yield from (f"- {code(one.host)}{why(one.because)}" for one in plan.unwanted)
    if plan.unwanted:
        yield from ("", f"{RETIRED[0].upper()}{RETIRED[1:]}.")
