"""A plan against the ledger -> all that is read before an apply; a pure function of what it is given."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from orchestrator.model.apply_plan import ApplyPlan, Foreseen, Leaving, Unproven
from orchestrator.model.names import FIREWALL
from orchestrator.model.plan import Plan
from orchestrator.model.request import (
    HEAD,
    NEW,
    NOT_DERIVABLE,
    ROLE,
    Change,
    FlowChange,
    Line,
    Lines,
    Policed,
    Reason,
    Side,
    Step,
    Surroundings,
    Undo,
    joined,
)
from orchestrator.model.source import Because, of_record
from orchestrator.plan.inverse import lasting
from orchestrator.plan.keys import canonical
from orchestrator.plan.pending import pending as pending_units
from orchestrator.plan.rehearsal import rehearsed
from orchestrator.request.applied import Given, Unit, as_given
from orchestrator.request.hit import hit
from orchestrator.request.lines import Edited
from orchestrator.request.named import Named, named
from orchestrator.request.policy import flow_change, hosts_by_address
from orchestrator.request.risk import risk
from orchestrator.request.summary import size
from orchestrator.request.waves import waves

_OTHER_SHAPE = (KeyError, TypeError, ValueError, AttributeError)
STEPS = (
    "townhall undo, with the name of the run: after its plan every change above runs the other way round",
    "git revert what brought these lines, and have that merged: until then townhall check fails",
)


class _Today(Edited):
    """Lines of now alone: arguments are remembered without the lines that they came from."""

    def _near(self, old: Because, new: Because) -> Lines:
        return _of_head((new or old)[:1])


def apply_plan(foreseen: Foreseen, around: Surroundings) -> ApplyPlan:
    """Everything that is read before an apply; raises ValueError where the plan comes without its town."""
    plan, side = foreseen.plan, foreseen.side
    if side is None:
        raise ValueError("without its town a plan has no impact")
    rest = _without_runs(plan, side, around)
    if not plan.units:
        return rest
    pending = [(unit.host, unit.role) for unit in plan.units]
    given = _given(foreseen, side)
    before = {unit: json.loads(foreseen.applied.get(unit, "null")) or given[unit] for unit in _known(plan)}
    head = as_given(side, pending, given)
    base = replace(_as_remembered(side, pending, before) or head, policed=_policed(foreseen, side))
    lines = {host: _of_host(side, host) for host in plan.hosts}
    known = named(side)
    changes = tuple(_changes(plan, known, lines))
    order, flows = waves(changes, around, side.town.rules, HEAD), _flows(base, head, changes)
    all_lines = joined(change.because for change in changes)
    return replace(
        rest,
        units=pending_units(plan, lambda unit: _because([unit.host], unit.changes, known, lines)),
        summary=f"runs {size(order)}: {_why(plan)}",
        risk=risk(None, head, changes, around, flows, lines=all_lines),
        hit=hit(base, head, changes, around, _Today({}, {}), lines),
        changes=changes,
        waves=order,
        undo=_undo(foreseen, around, all_lines),
        flows=flows,
    )


def _without_runs(plan: Plan, side: Side, around: Surroundings) -> ApplyPlan:
    """What is to be checked only, and which hosts leave."""
    unproven = (Unproven(host, role, _of_host(side, host)) for host, role in plan.unverified)
    leaving = (Leaving(host, _of_head(of_record(around.last_records.get(host)))) for host in plan.unwanted)
    return replace(ApplyPlan.without_impact(plan), unverified=tuple(unproven), unwanted=tuple(leaving))


def _of_host(side: Side, host: str) -> Lines:
    return _of_head((side.town.hosts[host].source,))


def _of_head(sources: Because) -> Lines:
    return tuple(Line(HEAD, source) for source in sources)


def _because(hosts: Iterable[str], told: Iterable[str], known: Named, lines: Mapping[str, Lines]) -> Lines:
    """The lines of hosts, and of everything that the words of a change name."""
    found = dict.fromkeys(line for host in hosts for line in lines[host])
    return tuple(found | dict.fromkeys(_of_head(known.of(told))))


def _as_remembered(side: Side, pending: Iterable[Unit], before: Given) -> Side | None:
    """The side as units were last given it; nothing if an earlier version of a role took other arguments."""
    try:
        return as_given(side, pending, before)
    except _OTHER_SHAPE:
        return None


def _flows(base: Side, head: Side, changes: tuple[Change, ...]) -> FlowChange | None:
    try:
        return flow_change(base, head, changes)
    except _OTHER_SHAPE:
        return None


def _given(foreseen: Foreseen, side: Side) -> Given:
    """What pending units will be given, as JSON has it."""
    due = {(unit.host, unit.role) for unit in foreseen.plan.units}
    units = (unit for unit in side.rendering.units if (unit.host, unit.role) in due)
    return {(unit.host, unit.role): json.loads(canonical(unit.arguments)) for unit in units}


def _known(plan: Plan) -> Iterator[Unit]:
    """Units that ran before; one whose arguments of then are not remembered counts as given the same."""
    return ((unit.host, unit.role) for unit in plan.units if unit.reason != NEW)


def _policed(foreseen: Foreseen, side: Side) -> Policed:
    """The firewall as it was last told, if one is pending; else nothing opens and nothing closes."""
    due = [unit for unit in foreseen.plan.units if unit.role == FIREWALL]
    told = json.loads(foreseen.firewall) if foreseen.firewall else None
    same = None if due else _firewall(side)
    return Policed(told or same, hosts_by_address(side), side.town)


def _firewall(side: Side) -> Mapping[str, object] | None:
    if side.policed:
        return side.policed.firewall
    return next((unit.arguments for unit in side.rendering.units if unit.role == FIREWALL), None)


def _changes(plan: Plan, known: Named, lines: Mapping[str, Lines]) -> Iterator[Change]:
    """The same change of one role on some hosts, in the order of the plan."""
    grouped: dict[tuple[int, str, str, tuple[str, ...]], list[str]] = {}
    for unit in plan.units:
        grouped.setdefault((unit.position, unit.role, unit.reason, unit.changes), []).append(unit.host)
    for (position, role, reason, told), hosts in grouped.items():
        words = told or ((NOT_DERIVABLE,) if reason == ROLE else ())
        yield Change(reason, role, position, tuple(hosts), words, _because(hosts, told, known, lines))


def _why(plan: Plan) -> str:
    counts = Counter(unit.reason for unit in plan.units)
    return ", ".join(f"{count} x {reason}" for reason, count in counts.items())


def _undo(foreseen: Foreseen, around: Surroundings, lines: Lines) -> Undo:
    reasons = (
        Reason(one.level, one.text, _of_head(one.because)) for one in lasting(foreseen, around.last_records)
    )
    tried = rehearsed(foreseen)
    steps = (*STEPS, tried[1]) if tried and tried[0] else STEPS
    return Undo(tuple(Step(text, lines) for text in steps), tuple(reasons))
