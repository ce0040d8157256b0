"""The two sides of a request as excerpts of their towns: the same plan as of the whole towns, sooner."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.desired import Desired
from orchestrator.model.request import MANY, Lines, RequestPlan, Side
from orchestrator.model.source import Because
from orchestrator.replan.base_side import BaseSide, own_digests
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.related import Relatives, edited
from orchestrator.replan.sheets import LEFT_OUT, Name, Sheets, sheets
from orchestrator.replan.whole_policy import whole_policies
from orchestrator.request.lines import Edited

Files = Mapping[str, str]
Follow = Callable[[Files, bool], Desired]
"""From an excerpt's files, and whether they are head's, to all that follows; raises DoubtError if refused."""


class CertainLines(Edited):
    """The edited lines of a value, if it came from any; what else to name follows from the whole town."""

    def _near(self, _: Because, __: Because) -> Lines:
        raise DoubtError("no edited line is among those that a value came from")


def excerpted(known: BaseSide, old: Files, new: Files, follow: Follow) -> tuple[Side, Side]:
    """Both sides of a request, as far as they can differ; raises DoubtError if only whole towns can tell."""
    before = sheets(old)
    now = sheets(new, before)
    entries = edited(before, now)
    _judge_lines(before, now, entries)
    kept = Relatives(before, now).of(entries, now.framed_words())
    base, head = (
        follow(side.excerpt(kept, LEFT_OUT), at_head) for side, at_head in ((before, False), (now, True))
    )
    _judge_base(known, base)
    before_policy, policy = whole_policies(known, base, head)
    return (
        Side(base.town, base.intent, base.rendering, old, before_policy),
        Side(head.town, head.intent, head.rendering, new, policy),
    )


def judge_plan(plan: RequestPlan, base: Side, head: Side) -> None:
    """See that nothing in a plan is told by the size of the whole town or of its groups."""
    if len({host for change in plan.changes for host in change.hosts}) > MANY:
        raise DoubtError("many hosts are touched")
    gone = set(base.town.hosts) - set(head.town.hosts)
    if any(members and set(members) <= gone for members in base.town.groups.values()):
        raise DoubtError("a group of the excerpt loses its last host")


def _judge_lines(before: Sheets, now: Sheets, entries: set[Name]) -> None:
    """See that the edited lines are those of the edited entries, so that none merely moved."""
    lines = Edited(*({file: sheet.text for file, sheet in side.files.items()} for side in (before, now)))
    for side, words in ((before, lines.removed.values()), (now, lines.added.values())):
        mine = {side.entries[kind][key] for kind, key in entries if key in side.entries[kind]}
        if not mine.issuperset(words):
            raise DoubtError("a line was moved")


def _judge_base(known: BaseSide, base: Desired) -> None:
    """See that the excerpt says of its PCs what the whole town said."""
    if any(known.own.get(host) != one for host, one in own_digests(base).items()):
        raise DoubtError("the excerpt says something else than the whole town did")
