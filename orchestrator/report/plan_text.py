"""An apply plan as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.apply_plan import ApplyPlan
from orchestrator.report.batch_rows import batch_rows
from orchestrator.report.impact_text import changes, flows, hit, reasons, row, sections, undo, waves
from orchestrator.report.request_words import because, clean, lines_of, listed

ALL = 1_000
RETIRED = "what named them is taken back; their accounts stay disabled, their backups are kept"
NO_FIREWALL = "nothing to compare with: what the firewall was last given is not known"


def plan_text(plan: ApplyPlan) -> str:
    """Return the plan, section by section; a change that many hosts share stands once."""
    title = f"{clean(plan.town)}: {clean(plan.summary)}"
    if not plan.units:
        return "\n".join([title, *_rest(plan)])
    parts = (
        (f"risk: {plan.risk.level}", reasons(plan.risk.reasons)),
        ("who is hit", hit(plan)),
        ("changes", changes(plan.changes)),
        ("firewall", flows(plan, NO_FIREWALL)),
        ("waves", (*waves(plan), *(f"       {one}" for one in batch_rows(plan)))),
        ("undo", undo(plan)),
    )
    return "\n".join([title, *sections(parts), *_rest(plan)])


def _rest(plan: ApplyPlan) -> Iterator[str]:
    if plan.unverified:
        units = listed((f"{one.role} on {one.host}" for one in plan.unverified), ALL)
        why = because(lines_of(plan.unverified))
        yield from ("", *row(f"to be checked only: {units}", why, 0))
    if plan.unwanted:
        hosts = listed((one.host for one in plan.unwanted), ALL)
        why = because(lines_of(plan.unwanted))
        yield from ("", *row(f"retired, their line is gone: {hosts}", why, 0), f"  {RETIRED}")
