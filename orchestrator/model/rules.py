"""Rules that the town gives itself: flows that are never or always allowed, limits, days of rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.model.source import Source

if TYPE_CHECKING:
    from orchestrator.model.town import End, PortRange

TIERS = {"domain_controllers": 0, "firewalls": 0, "switches": 0, "backup_servers": 0, "workstations": 2}
"""The tier of a group's hosts; of several the lowest counts, those of no such group are in tier 1."""
USUAL_TIER = 1


def tier_of(groups: Iterable[str]) -> int:
    """The tier of a host in these groups."""
    return min((TIERS[group] for group in groups if group in TIERS), default=USUAL_TIER)


@dataclass(frozen=True, slots=True)
class FlowRule:
    """Flows that are never (or always) allowed; no ports and no service mean every service."""

    name: str
    always: bool
    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    ports: tuple[PortRange, ...]
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class RuleException:
    """Flows that a rule leaves alone until a day."""

    rule: str
    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    ports: tuple[PortRange, ...]
    owner: str
    reason: str
    until: str
    source: Source


@dataclass(frozen=True, slots=True)
class Limit:
    """How many hosts of a tier one request may change and remove at most, and one wave of a run may lose."""

    tier: int
    changed: int
    removed: int
    source: Source
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days, both ends included, on which nothing is applied."""

    first: str
    last: str
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Approval:
    """A topic of changes, whose people must approve it and how many of them."""

    topic: str
    by: tuple[str, ...]
    least: int
    source: Source


@dataclass(frozen=True, slots=True)
class Rules:
    """All of them, in the order of the file."""

    flows: tuple[FlowRule, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    limits: tuple[Limit, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    approvals: tuple[Approval, ...] = ()
