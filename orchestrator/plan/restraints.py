"""What the town's rules ask of a change as a whole: how large it may be, when it waits, who approves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import Plan
from orchestrator.model.rules import TIERS, USUAL_TIER, Approval, Freeze, Limit, Rules
from orchestrator.model.town import Town


@dataclass(frozen=True, slots=True)
class Count:
    """Hosts of one tier that a change touches and that it removes."""

    changed: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allows an apply: so many hosts, and for some reason not to wait for a free day."""

    hosts: int = 0
    despite_freeze: str = ""


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


def tier_of(groups: Iterable[str]) -> int:
    """The tier of a host in these groups."""
    return min((TIERS[group] for group in groups if group in TIERS), default=USUAL_TIER)


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


def hold_restraints(town: Town, plan: Plan, day: str, consent: Consent) -> None:
    """Raise Refused if an apply touches more than the town allows, or on a day of rest, without consent."""
    problems = tuple(_refusals(town, plan, day, consent))
    if problems:
        raise Refused(problems)


def _refusals(town: Town, plan: Plan, day: str, consent: Consent) -> Iterator[Problem]:
    rules, hosts = town.rules, plan.hosts
    counts = Counter(tier_of(town.hosts[host].groups) for host in hosts)
    for excess in excesses(rules, {tier: Count(changed) for tier, changed in counts.items()}):
        if consent.hosts != len(hosts):
            remedy = f"look at the plan again; if all of it is meant, say --touching {len(hosts)}"
            yield Problem(
                str(excess.limit.source), "TH-LIMIT", str(excess.count.changed), str(excess), remedy
            )
    for freeze in freezes_on(rules, day):
        if not consent.despite_freeze:
            remedy = "wait, or say why not with --despite-freeze; the ledger keeps it"
            yield Problem(str(freeze.source), "TH-FREEZE", day, freeze_text(freeze), remedy)


def approvals_for(rules: Rules, topics: Collection[str]) -> tuple[Approval, ...]:
    """Who must approve a change that touches these topics, in the order of the file."""
    return tuple(approval for approval in rules.approvals if approval.topic in topics)
