"""Compare every unit with what was last applied on that very machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby

from orchestrator.model.plan import CodeDigests, LedgerState, Observation, Plan, PlannedUnit, UnitState, Wave
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan.keys import Keys, canonical, digest
from orchestrator.plan.rejoin import DIRECTORY, as_done_before, joining

DONE = frozenset({"applied", "verified"})
NEW = "new"
ARGUMENTS = "arguments changed"
ROLE = "role code changed"
CODE = "play or platform changed"
RECREATED = "machine recreated"
STAMP = "stamp missing or foreign"
DIFFERS = "device is not as wanted"
DRIFTED = "changed by hand"
BACKLOG = {
    "started": "backlog: the last run was cut off",
    "unknown": "backlog: the last run ended unknown",
    "failed": "backlog: the last run failed",
    "reverted": "backlog: the last change took itself back",
    "unproven": "backlog: a check failed after the last run",
}
FRESH = frozenset({NEW, RECREATED})


def plan(
    rendering: Rendering,
    code: CodeDigests,
    ledger: LedgerState,
    observed: Mapping[str, Observation] | None = None,
    texts: Mapping[tuple[str, str], str] | None = None,
) -> Plan:
    """Return the units that must run; `observed` adds what the machines themselves say.

    `texts` are the arguments of units, by host and role, for which the rendering holds only a part of them.
    """
    seen, known = observed or {}, texts or {}
    keys = Keys(code)
    pending, unverified = [], []
    carried: dict[str, tuple[str, ...]] = {}
    for unit in rendering.units:
        if unit.role in code.not_units:
            continue
        if unit.role in code.availability:
            carried[unit.host] = (*carried.get(unit.host, ()), unit.role)
        state = ledger.units.get((unit.host, unit.role))
        text = known.get((unit.host, unit.role)) or canonical(unit.arguments)
        key = keys.key(unit, text)
        distrust = _distrust(unit.role, state, seen.get(unit.host)) if state else NEW
        if distrust or (state and state.key != key):
            planned = _planned(unit, key, digest(text), code.roles[unit.role])
            pending.append(_explained(planned, state, distrust) if state else planned)
        elif state and state.event == "applied":
            unverified.append((unit.host, unit.role))
    joins = joining(pending, ledger, seen)
    if joins and not any(unit.role == DIRECTORY for unit in pending):
        found = (unit for unit in rendering.units if unit.role == DIRECTORY)
        pending += [as_done_before(_with_key(unit, keys, code, known)) for unit in found]
    pending = [_with_stand_ins(unit, carried, ledger, seen.get(unit.host)) for unit in pending]
    due = {(unit.host, unit.role) for unit in pending}
    hosts = set(rendering.connections) | {unit.host for unit in rendering.units}
    unwanted = sorted({host for host, _ in ledger.units} - hosts)
    return Plan(
        rendering.town,
        in_waves(pending, code),
        tuple(sorted(set(unverified) - due)),
        tuple(unwanted),
        ledger.record,
        joins,
    )


def in_waves(pending: Iterable[PlannedUnit], code: CodeDigests) -> tuple[Wave, ...]:
    """Group units by their place in the catalogue: position, then the play's order of roles, then host."""
    order = {
        (position, role): place
        for position, play in code.plays.items()
        for place, role in enumerate(play.roles)
    }
    ordered = sorted(pending, key=lambda unit: (unit.position, order[unit.position, unit.role], unit.host))
    return tuple(
        Wave(position, code.plays[position].name, tuple(units))
        for position, units in groupby(ordered, key=lambda unit: unit.position)
    )


def _with_key(
    unit: UnitRendering, keys: Keys, code: CodeDigests, known: Mapping[tuple[str, str], str]
) -> PlannedUnit:
    text = known.get((unit.host, unit.role)) or canonical(unit.arguments)
    return _planned(unit, keys.key(unit, text), digest(text), code.roles[unit.role])


def _planned(unit: UnitRendering, key: str, arguments: str, role_code: str) -> PlannedUnit:
    return PlannedUnit(
        host=unit.host,
        role=unit.role,
        position=unit.position,
        key=key,
        arguments=arguments,
        role_code=role_code,
        reason=NEW,
        every_handler=True,
    )


def _with_stand_ins(
    unit: PlannedUnit,
    carried: Mapping[str, tuple[str, ...]],
    ledger: LedgerState,
    seen: Observation | None,
) -> PlannedUnit:
    """Say for whom a host stands in; one that was made anew serves nobody yet."""
    roles = carried.get(unit.host)
    if not roles:
        return unit
    known = (ledger.units.get((unit.host, role)) for role in roles)
    in_service = any(state and not (seen and seen.is_other_than(state.machine)) for state in known)
    return replace(unit, stands_in=roles, in_service=in_service)


def _explained(planned: PlannedUnit, state: UnitState, distrust: str) -> PlannedUnit:
    """Only a unit whose last run ended well keeps the handlers that ran then."""
    reason = distrust or _difference(planned, state)
    return replace(planned, reason=reason, every_handler=bool(distrust), previous=state.arguments)


def _distrust(role: str, state: UnitState, seen: Observation | None) -> str:
    """Say why the ledger's word for the unit's last run is not enough, or nothing."""
    if seen and seen.is_other_than(state.machine):
        return RECREATED
    if state.event not in DONE:
        return BACKLOG[state.event]
    if seen and seen.stamps is not None and seen.stamps.get(role) != state.key:
        return STAMP
    if seen and role in seen.drifted:
        return DRIFTED
    if seen and seen.differs:
        return DIFFERS
    return ""


def _difference(planned: PlannedUnit, state: UnitState) -> str:
    """Say what differs from the unit's last good run."""
    if state.arguments != planned.arguments:
        return ARGUMENTS
    return ROLE if state.role_code != planned.role_code else CODE
