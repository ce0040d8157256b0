"""What undoing a plan does not bring back, known before it is applied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.model.plan import Plan
from orchestrator.plan.units import ARGUMENTS, CODE, FRESH, ROLE

CONTROLLER = "domain_controller"
_NAMED = 4
_ROTATED = re.compile(r"(\S+)\.version: (\d+) -> \d+$")


def lasting(plan: Plan) -> tuple[str, ...]:
    """Return one sentence for each step that has no inverse, without repeats."""
    found = (*_new(plan), *_code(plan), *_secrets(plan), *_retired(plan), *_unknown(plan))
    return tuple(dict.fromkeys(found))


def _new(plan: Plan) -> Iterator[str]:
    fresh = [unit for unit in plan.units if unit.reason in FRESH]
    hosts = sorted({unit.host for unit in fresh})
    if hosts:
        more = f" and {len(hosts) - _NAMED} more" if len(hosts) > _NAMED else ""
        yield f"{', '.join(hosts[:_NAMED])}{more}: what their roles installed stays on the machine"
    for unit in fresh:
        if unit.role == CONTROLLER:
            yield f"{unit.host}: stays a domain controller until it is demoted by hand"


def _code(plan: Plan) -> Iterator[str]:
    for role in sorted({unit.role for unit in plan.units if unit.reason in {ROLE, CODE}}):
        yield f"{role}: its code changed; only a revert of the commit brings the earlier code back"


def _secrets(plan: Plan) -> Iterator[str]:
    for unit in plan.units:
        for found in filter(None, map(_ROTATED.match, unit.changes)):
            where = f"{unit.role} on {unit.host}: {found[1]}"
            yield f"{where}: the secret's value of version {found[2]} is put back by hand"


def _retired(plan: Plan) -> Iterator[str]:
    for host in plan.unwanted:
        yield f"{host}: a machine that was wiped or given away since does not come back with its line"


def _unknown(plan: Plan) -> Iterator[str]:
    """What was set by hand, or half set by a run that broke off, is not remembered anywhere."""
    for unit in plan.units:
        if unit.reason not in {ARGUMENTS, ROLE, CODE, *FRESH}:
            yield f"{unit.role} on {unit.host}: what was there before is not known ({unit.reason})"
