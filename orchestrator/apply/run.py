"""Carry out a plan: devices over their own line, hosts through Ansible, side by side where order allows."""

from __future__ import annotations

import time
from collections.abc import Mapping

from orchestrator.apply.aftermath import Aftermath
from orchestrator.apply.course import Course
from orchestrator.apply.journal import Journal
from orchestrator.apply.lanes import lanes
from orchestrator.apply.playbook import RunPlay, run_plays
from orchestrator.apply.tools import Order, Tools
from orchestrator.apply.way_back import Asker
from orchestrator.model.names import FIREWALL
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import CodeDigests, Plan
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan.bounds import Bounds
from orchestrator.plan.probes import ARGUMENT as PROBES
from orchestrator.plan.rejoin import ARGUMENT, DIRECTORY


def apply(
    plan: Plan,
    rendering: Rendering,
    code: CodeDigests,
    order: Order,
    tools: Tools,
) -> Outcome:
    """Run every unit of the plan; a host that fails runs nothing more, a fatal play stops what follows.

    Raises LedgerError when the journal could not be written: nothing was begun after that.
    """
    began = time.monotonic()
    arguments = {(unit.host, unit.role): _arguments(unit, plan, order) for unit in rendering.units}
    journal = Journal(order.run, tools.recorder, tools.observer, order.observed)
    plays = run_plays(plan.waves, code.plays, order.silent)
    bounds = _bounds(plays, code, order)
    aftermath = Aftermath(Asker(tools.shell, tools.tell), journal, arguments, code.reverts)
    course = Course(rendering, plays, bounds, arguments, order, tools, journal, aftermath)
    tools.observer.run_started(order.run, plan.units)
    try:
        course.follow(lanes(plays, code.after, code.installs_after))
    finally:
        journal.close(plan.units, course.why_stopped())
    if journal.fault:
        raise journal.fault
    outcomes = tuple(journal.outcomes[unit] for unit in plan.units)
    return Outcome(order.run, outcomes, time.monotonic() - began)


def _bounds(plays: tuple[RunPlay, ...], code: CodeDigests, order: Order) -> Bounds:
    """Return what each wave may lose; a single host that goes before others may not be lost."""
    fatal = {position: 0 for position, play in code.plays.items() if play.any_errors_fatal}
    waves: dict[int, dict[int, set[str]]] = {}
    for play in plays:
        waves.setdefault(play.play.position, {}).setdefault(play.batch, set()).update(play.hosts)
    first = {position: cut[1] for position, cut in waves.items() if len(cut) > 1 and len(cut[1]) == 1}
    canaries = frozenset((position, host) for position, hosts in first.items() for host in hosts)
    return Bounds({**fatal, **order.tolerated}, canaries)


def _arguments(unit: UnitRendering, plan: Plan, order: Order) -> Mapping[str, object]:
    """What a unit is given in this run; what exists for one run only is no part of its key."""
    if unit.role == DIRECTORY and plan.joining:
        return {**unit.arguments, ARGUMENT: list(plan.joining)}
    if unit.role == FIREWALL and unit.host in order.probes:
        return {**unit.arguments, PROBES: [probe.argument() for probe in order.probes[unit.host]]}
    return unit.arguments
