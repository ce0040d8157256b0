"""Two sides -> the plan of a request; a pure function of what it is given."""

from __future__ import annotations

from orchestrator.model.request import (
    BASE,
    FilesChanged,
    Headline,
    RequestPlan,
    Revisions,
    Side,
    Surroundings,
)
from orchestrator.request.changes import changes as changed
from orchestrator.request.files import lines_of
from orchestrator.request.headlines import headlines
from orchestrator.request.hit import hit
from orchestrator.request.lines import Edited
from orchestrator.request.policy import flow_change
from orchestrator.request.risk import reviewed_risk
from orchestrator.request.summary import summary
from orchestrator.request.undo import undo
from orchestrator.request.violations import violated
from orchestrator.request.waves import waves


def request(  # noqa: PLR0913, PLR0917 - two sides, what is around them, and who reads their lines
    revisions: Revisions,
    base: Side | None,
    head: Side,
    files: FilesChanged,
    around: Surroundings,
    reader: type[Edited] = Edited,
) -> RequestPlan:
    """Everything that differs at head; without a base the whole town is new."""
    edited = reader(base.files if base else {}, head.files)
    changes = changed(base, head, files.roles, around, edited)
    done = headlines(base.town, head.town, edited.all()) if base else (_founded(head, edited),)
    order = waves(changes, around, head.town.rules, BASE)
    flows, violations = flow_change(base, head, changes), violated(base, head)
    lines = (*edited.all(), *lines_of(files))
    return RequestPlan(
        town=head.rendering.town,
        revisions=revisions,
        summary=summary(done, changes, files, order),
        headlines=done,
        risk=reviewed_risk(base, head, changes, files, around, flows, violations, lines, done),
        hit=hit(base, head, changes, around, edited),
        changes=changes,
        files=files,
        waves=order,
        undo=undo(base, head, changes, lines),
        flows=flows,
        violations=violations,
    )


def _founded(head: Side, edited: Edited) -> Headline:
    return Headline("new town", f"new town {head.rendering.town}", edited.all()[:1])
