"""Rules that the town gives itself: flows never and always allowed, exceptions, limits, days of rest."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.load.rules.policy import inside, known, text
from orchestrator.model.rules import FlowRule, RuleException
from orchestrator.model.source import Source
from orchestrator.model.town import End, PortRange


class Between(Protocol):
    """Anything that names flows between ends."""

    @property
    def sources(self) -> tuple[End, ...]:
        """Where the flows come from."""

    @property
    def destinations(self) -> tuple[End, ...]:
        """Where they go."""

    @property
    def ports(self) -> tuple[PortRange, ...]:
        """What they ask for."""

    @property
    def source(self) -> Source:
        """The line."""


def judge(draft: Draft, problems: Problems) -> None:
    """Judge the rules themselves; whether the flows keep them is seen when the policy is rendered."""
    rules = draft.rules
    for rule in rules.flows:
        _ends(rule, rule.name, draft, problems)
        _asked(rule, problems)
    for exception in rules.exceptions:
        _ends(exception, exception.rule, draft, problems)
        _exception(exception, draft, problems)
    names = [(rule.name, rule.source, rule.name) for rule in rules.flows]
    once(names, "TH-RULE-TWICE", "rule's name", "give each rule a name of its own", problems)
    tiers = [(limit.tier, limit.source, f"tier {limit.tier}") for limit in rules.limits]
    once(tiers, "TH-LIMIT-TWICE", "tier", "keep one limit for each tier", problems)
    topics = [(approval.topic, approval.source, approval.topic) for approval in rules.approvals]
    once(topics, "TH-APPROVAL-TWICE", "topic", "keep one approval for each topic", problems)
    for freeze in rules.freezes:
        if freeze.last < freeze.first:
            value = f"{freeze.first} to {freeze.last}"
            remedy = f'write from: "{freeze.last}", to: "{freeze.first}"'
            problems.add(freeze.source, "TH-FREEZE-ORDER", value, "the freeze ends before it begins", remedy)


def _ends(entry: Between, name: str, draft: Draft, problems: Problems) -> None:
    for end in entry.sources:
        inside(end, entry.source, draft, problems)
    for end in entry.destinations:
        known(end, entry.source, draft, problems)
    service = next((end for end in entry.destinations if end.kind == "service"), None)
    if entry.ports and service:
        reason, remedy = f"{text(service)} brings its ports", "remove `ports`, or split the entry in two"
        problems.add(entry.source, "TH-RULE-PORTS", name, reason, remedy)


def _asked(rule: FlowRule, problems: Problems) -> None:
    services = [end for end in rule.destinations if end.kind == "service"]
    if rule.always and not rule.ports and len(services) < len(rule.destinations):
        reason = "this rule would ask for every port to be open"
        remedy = "add `ports: [tcp/443]`, or name a service in `to`"
        problems.add(rule.source, "TH-RULE-PORTS", rule.name, reason, remedy)


def _exception(entry: RuleException, draft: Draft, problems: Problems) -> None:
    names = [rule.name for rule in draft.rules.flows]
    if entry.rule not in names:
        problems.unknown(entry.source, "TH-RULE-UNKNOWN", entry.rule, "rule in policy.yml", names)
    if draft.today is not None and date.fromisoformat(entry.until) < draft.today:
        reason = f"the exception of {entry.owner} from {entry.rule} was granted until this day"
        remedy = "remove the exception and what it allowed, or agree on a new date"
        problems.add(entry.source, "TH-EXCEPTION-EXPIRED", entry.until, reason, remedy)
