"""What is handed over after an apply: a summary for every new PC."""

from __future__ import annotations

from orchestrator.model.outcome import APPLIED
from orchestrator.pipeline import Done
from orchestrator.plan.units import FRESH
from orchestrator.report.handover import HandOver, hand_over

WORKSTATION = "workstation"


def handed_over(done: Done) -> list[HandOver]:
    """Return the hand-over summary of every PC that was set up from nothing and proven."""
    wanted = done.prospect.wanted
    fresh = {
        one.unit.host
        for one in done.outcome.units
        if one.unit.role == WORKSTATION and one.state == APPLIED and one.unit.reason in FRESH
    }
    failed = {one.unit.host for one in done.outcome.units if one.state != APPLIED}
    return [
        hand_over(wanted.town, wanted.intent, host, done.verdict.checks, done.record)
        for host in sorted(fresh - failed)
    ]
