"""What undoing a plan does not bring back, known before it is applied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.names import FIREWALL
from orchestrator.model.plan import Plan, PlannedUnit
from orchestrator.model.request import HIGH, LOW, MEDIUM
from orchestrator.model.source import Source, of_record
from orchestrator.model.town import Secret
from orchestrator.plan.rehearsal import rehearsed
from orchestrator.plan.units import ARGUMENTS, CODE, FRESH, ROLE

CONTROLLER = "domain_controller"
_NAMED = 4
Sources = Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Lasting:
    """One step without an inverse, in words, how grave that is, and the lines that bring it."""

    level: str
    text: str
    because: tuple[Source, ...] = ()


def lasting(foreseen: Foreseen, records: Mapping[str, int] | None = None) -> tuple[Lasting, ...]:
    """Return each kind of step that has no inverse once; `records` are the newest of hosts that leave."""
    plan, town = foreseen.plan, foreseen.side.town if foreseen.side else None
    lines = {host: town.hosts[host].source for host in plan.hosts if host in town.hosts} if town else {}
    rotated = _secrets(foreseen.applied, town.secrets) if town else ()
    return (
        *_stuck(foreseen, lines),
        *_new(plan, lines),
        *_code(plan, lines),
        *rotated,
        *_retired(plan, records or {}),
        *_unknown(plan, lines),
    )


def _stuck(foreseen: Foreseen, lines: Sources) -> Iterator[Lasting]:
    tried = rehearsed(foreseen)
    if tried and not tried[0]:
        yield Lasting(HIGH, tried[1], _lines((u for u in foreseen.plan.units if u.role == FIREWALL), lines))


def _new(plan: Plan, lines: Sources) -> Iterator[Lasting]:
    fresh = [unit for unit in plan.units if unit.reason in FRESH]
    if fresh:
        text = f"{_named(fresh)}: what their roles installed stays on the machine"
        yield Lasting(LOW, text, _lines(fresh, lines))
    for unit in fresh:
        if unit.role == CONTROLLER:
            text = f"{unit.host}: stays a domain controller until it is demoted by hand"
            yield Lasting(MEDIUM, text, _lines([unit], lines))


def _code(plan: Plan, lines: Sources) -> Iterator[Lasting]:
    changed = [unit for unit in plan.units if unit.reason in {ROLE, CODE}]
    for role in sorted({unit.role for unit in changed}):
        text = f"role {role}: the old code takes back only what it sets itself"
        yield Lasting(MEDIUM, text, _lines((unit for unit in changed if unit.role == role), lines))


def _secrets(applied: Mapping[tuple[str, str], str], secrets: Mapping[str, Secret]) -> Iterator[Lasting]:
    """Secrets whose version is another than units were last given."""
    given = {found for text in applied.values() for found in _references(json.loads(text))}
    for name, version in sorted(given):
        secret = secrets.get(name)
        if secret and secret.version != version:
            text = f"secret {name}: the value of version {version} has to be put back by hand"
            yield Lasting(MEDIUM, text, (secret.source,))


def _references(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, Mapping) and {"secret", "version"} <= value.keys():
        yield value["secret"], value["version"]
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _references(inner)


def _retired(plan: Plan, records: Mapping[str, int]) -> Iterator[Lasting]:
    for host in plan.unwanted:
        text = f"{host}: a machine that was wiped or given away since does not come back with its line"
        yield Lasting(MEDIUM, text, of_record(records.get(host)))


def _unknown(plan: Plan, lines: Sources) -> Iterator[Lasting]:
    """What was set by hand, or half set by a run that broke off, is not remembered anywhere."""
    found: dict[tuple[str, str], list[PlannedUnit]] = {}
    for unit in plan.units:
        if unit.reason not in {ARGUMENTS, ROLE, CODE, *FRESH}:
            found.setdefault((unit.role, unit.reason), []).append(unit)
    for (role, reason), units in found.items():
        text = f"{role} on {_named(units)}: what was there before is not known ({reason})"
        yield Lasting(LOW, text, _lines(units, lines))


def _lines(units: Iterable[PlannedUnit], lines: Sources) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(lines[unit.host] for unit in units if unit.host in lines))


def _named(units: Iterable[PlannedUnit]) -> str:
    hosts = sorted({unit.host for unit in units})
    more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
    return f"{', '.join(hosts[:_NAMED])}{more}"
