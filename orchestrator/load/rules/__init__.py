"""What must hold between the parts of a town."""

from __future__ import annotations

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.rules import (
    addresses,
    arguments,
    cables,
    directory,
    groups,
    lines,
    networks,
    owners,
    people,
    policy,
    town_rules,
)

_RULES = (
    groups.judge,
    networks.judge,
    cables.judge,
    people.judge,
    directory.judge,
    lines.judge,
    owners.judge,
    addresses.judge,
    policy.judge,
    town_rules.judge,
    arguments.judge,
)


def judge(draft: Draft, problems: Problems) -> None:
    """Note everything that contradicts itself."""
    for rule in _RULES:
        rule(draft, problems)
