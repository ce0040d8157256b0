"""What an apply would mean for people, from a plan and what it was made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from orchestrator.model.apply_plan import ApplyPlan, Foreseen


def outlook(foreseen: Foreseen, root: Path) -> ApplyPlan:
    """Everything that is read before an apply; where the plan comes without its town, the town is read."""
    return replace(_outlook(foreseen, root), quarantined=foreseen.quarantined)


def _outlook(foreseen: Foreseen, root: Path) -> ApplyPlan:
    if foreseen.plan.is_empty:
        return ApplyPlan.without_impact(foreseen.plan)
    from orchestrator.desired import catalogue
    from orchestrator.request.apply import apply_plan
    from orchestrator.surroundings import surroundings

    if foreseen.side is None:
        from orchestrator.pipeline import lawful, look

        foreseen = lawful(look(root)).foreseen
    assert foreseen.side  # noqa: S101  a prospect knows its town
    roles = {unit.role for unit in foreseen.plan.units}
    today = date.today().isoformat()
    around = surroundings(catalogue(), foreseen.side.town, today, roles, foreseen.plan.unwanted)
    return apply_plan(foreseen, around)
