"""Machines that take their place in the domain with a new identity need their join password set again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from orchestrator.model.plan import LedgerState, Observation, PlannedUnit

MEMBER = "domain_member"
DIRECTORY = "directory"
ARGUMENT = "directory_rejoin"
REASON = "a machine joins again"


def joining(
    pending: Iterable[PlannedUnit], ledger: LedgerState, observed: Mapping[str, Observation]
) -> tuple[str, ...]:
    """Return the hosts whose account must take the join password once more.

    A machine that joined before keeps its own password, and one that does not answer is left alone:
    it could not join with the new one.
    """
    hosts = (unit.host for unit in pending if unit.role == MEMBER)
    return tuple(sorted(host for host in hosts if _joins(ledger.members.get(host), observed.get(host))))


def _joins(joined: str | None, seen: Observation | None) -> bool:
    if seen and not seen.reachable:
        return False
    return joined is None or bool(seen and seen.is_other_than(joined))


def as_done_before(directory: PlannedUnit) -> PlannedUnit:
    """Return the directory's unit, which is due only because a machine joins again."""
    return replace(directory, reason=REASON, every_handler=False)
