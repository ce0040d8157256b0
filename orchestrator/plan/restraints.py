"""What the town's rules ask of a change as a whole: how large it may be, when it waits, who approves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from orchestrator.model.rules import Approval, Freeze, Limit, Rules


@dataclass(frozen=True, slots=True)
class Count:
    """Hosts of one tier that a change touches and that it removes."""

    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit and the count that goes beyond it."""

    limit: Limit
    count: Count

    def __str__(self) -> str:
        tier, count, limit = self.limit.tier, self.count, self.limit
        return (
            f"tier {tier}: {count.changed} hosts change and {count.removed} go; "
            f"the limit is {limit.changed} and {limit.removed}"
        )


def excesses(rules: Rules, counts: Mapping[int, Count]) -> tuple[Excess, ...]:
    """The limits that a change goes beyond, by tier."""
    pairs = [(limit, counts.get(limit.tier, Count())) for limit in rules.limits]
    beyond = [
        Excess(limit, count)
        for limit, count in pairs
        if count.changed > limit.changed or count.removed > limit.removed
    ]
    return tuple(sorted(beyond, key=lambda excess: excess.limit.tier))


def freezes_on(rules: Rules, day: str) -> tuple[Freeze, ...]:
    """The freezes in force on a day such as 2026-12-31."""
    return tuple(freeze for freeze in rules.freezes if freeze.first <= day <= freeze.last)


def freeze_text(freeze: Freeze) -> str:
    """A freeze in words."""
    return f"nothing is applied from {freeze.first} to {freeze.last}: {freeze.reason}"


def approvals_for(rules: Rules, topics: Collection[str]) -> tuple[Approval, ...]:
    """Who must approve a change that touches these topics, in the order of the file."""
    return tuple(approval for approval in rules.approvals if approval.topic in topics)
