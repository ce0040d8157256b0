"""Turn an outcome and a verdict into the entries that the next plan believes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from orchestrator.model.outcome import APPLIED, Outcome
from orchestrator.model.plan import LedgerState, Plan
from orchestrator.model.record import RETIRED, Entry
from orchestrator.model.verdict import Check, Verdict

VERIFIED = "verified"
UNPROVEN = "unproven"


def checked_units(plan: Plan, outcome: Outcome) -> frozenset[tuple[str, str]]:
    """Return the units whose checks are due: those just applied, and earlier ones that were never checked."""
    applied = {(one.unit.host, one.unit.role) for one in outcome.units if one.state == APPLIED}
    return frozenset(applied | set(plan.unverified))


def settled(units: Iterable[tuple[str, str]], verdict: Verdict, ledger: LedgerState, run: str) -> list[Entry]:
    """Return one entry for each checked unit: verified, or unproven with the sentences that did not hold.

    A failed check of the town as a whole counts against every checked unit of its role.
    """
    return [_entry(unit, verdict.checks, ledger, run) for unit in sorted(units)]


def failures(unit: tuple[str, str], checks: Iterable[Check]) -> list[str]:
    """Return the sentences about a unit that did not hold."""
    return [f"{check.topic}: {check.sentence}" for check in _about(unit, checks) if not check.passed]


def judged(unit: tuple[str, str], checks: tuple[Check, ...]) -> tuple[str, str]:
    """Return what a unit's checks make of it, and the details to keep."""
    failed = failures(unit, checks)
    details = {"checks": len(_about(unit, checks)), "failed": failed}
    return UNPROVEN if failed else VERIFIED, json.dumps(details, ensure_ascii=False)


def retired(hosts: Collection[str], ledger: LedgerState, run: str) -> list[Entry]:
    """Return one entry for each remembered unit of hosts of which nothing is left to take back."""
    return [
        Entry(RETIRED, run, *unit, state.key, state.arguments, state.role_code, state.machine)
        for unit, state in sorted(ledger.units.items())
        if unit[0] in hosts
    ]


def _about(unit: tuple[str, str], checks: Iterable[Check]) -> list[Check]:
    host, role = unit
    return [check for check in checks if check.role == role and check.host in (host, "")]


def _entry(unit: tuple[str, str], checks: tuple[Check, ...], ledger: LedgerState, run: str) -> Entry:
    (host, role), state = unit, ledger.units[unit]
    kind, details = judged(unit, checks)
    return Entry(kind, run, host, role, state.key, state.arguments, state.role_code, state.machine, details)
