"""A unit whose end nobody saw is checked before anything is done to it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from orchestrator.apply.devices import ROLES
from orchestrator.apply.journal import STARTED
from orchestrator.apply.settle import VERIFIED, failures
from orchestrator.model.outcome import APPLIED, UNKNOWN
from orchestrator.model.plan import LedgerState, Observation, Plan, PlannedUnit, UnitState
from orchestrator.model.record import Entry
from orchestrator.model.verdict import Verdict
from orchestrator.plan.units import DONE, FRESH


def doubtful(plan: Plan, ledger: LedgerState) -> tuple[PlannedUnit, ...]:
    """Return the pending units that began and whose end nobody saw, on machines that are still there."""
    known = ledger.units
    return tuple(
        unit
        for unit in plan.units
        if unit.reason not in FRESH
        and (unit.host, unit.role) in known
        and known[unit.host, unit.role].event in {STARTED, UNKNOWN}
    )


def resolved(
    units: Iterable[PlannedUnit],
    ledger: LedgerState,
    observed: Mapping[str, Observation],
    verdict: Verdict,
    run: str,
) -> Iterator[Entry]:
    """Yield what is known now: applied and verified where checks and stamp say so, else still unknown."""
    for unit in units:
        state = ledger.units[unit.host, unit.role]
        machine = observed.get(unit.host, Observation())
        failed = failures((unit.host, unit.role), verdict.checks)
        why = "" if state.key == unit.key else "it began with other arguments or code"
        why = why or _mark(unit, machine) or "; ".join(failed)
        kinds = (UNKNOWN,) if why else (APPLIED, VERIFIED)
        details = json.dumps({"checked": "before another attempt", "why": why}, ensure_ascii=False)
        for kind in kinds:
            yield Entry(
                kind,
                run,
                unit.host,
                unit.role,
                state.key,
                state.arguments,
                state.role_code,
                machine.machine,
                details,
            )


def unready(
    pending: Plan, units: Iterable[tuple[str, str]], ledger: LedgerState
) -> frozenset[tuple[str, str]]:
    """Return those of the units that no apply brought to a good end on the machine that is there now."""
    anew = {(unit.host, unit.role) for unit in pending.units if unit.reason in FRESH}
    return frozenset(
        unit for unit in units if not _is_done(ledger.units.get(unit), unit in anew, pending.record)
    )


def _is_done(state: UnitState | None, anew: bool, planned_at: int) -> bool:
    return state is not None and state.event in DONE and not (anew and state.record <= planned_at)


def _mark(unit: PlannedUnit, machine: Observation) -> str:
    """Say why the machine does not bear the unit's mark, or nothing."""
    if not machine.reachable:
        return "the machine does not answer"
    if unit.role in ROLES:
        return "the device is not as wanted" if machine.differs else ""
    stamp = (machine.stamps or {}).get(unit.role)
    return "" if stamp == unit.key else "its stamp is missing or another"
