"""Carry out a plan: devices over their own line, hosts through Ansible, wave after wave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from orchestrator.apply.ansible import Ansible, Job, Runner
from orchestrator.apply.as_yaml import as_yaml, playbook_yaml
from orchestrator.apply.code import handler_names
from orchestrator.apply.devices import ROLES, Devices, Switches
from orchestrator.apply.journal import Journal, Recorder
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.playbook import Author, inventory, run_plays
from orchestrator.apply.stamps import Stamps
from orchestrator.errors import TownhallError
from orchestrator.model.outcome import APPLIED, FAILED, Outcome, UnitOutcome
from orchestrator.model.plan import CodeDigests, Observation, Plan, PlannedUnit, Wave
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan.rejoin import ARGUMENT, DIRECTORY
from orchestrator.reach import Shell

Arguments = Mapping[tuple[str, str], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports that an apply works with."""

    shell: Shell
    recorder: Recorder
    ansible: Ansible = field(default_factory=Runner)
    devices: Devices = field(default_factory=Switches)
    observer: Observer = field(default_factory=Nobody)
    handlers: Callable[[str], tuple[str, ...]] = handler_names
    stamps: Stamps = field(default_factory=Stamps)


@dataclass(frozen=True, slots=True)
class Order:
    """What one run is told: its name, its folder, what the machines said before, its secrets, its speed.

    `leased` tells by host which address it gets by DHCP.
    """

    run: str
    folder: Path
    observed: Mapping[str, Observation] = field(default_factory=dict)
    vault_files: tuple[Path, ...] = ()
    accelerate: bool = False
    leased: Mapping[str, str] = field(default_factory=dict)


def apply(
    plan: Plan,
    rendering: Rendering,
    code: CodeDigests,
    order: Order,
    tools: Tools,
) -> Outcome:
    """Run every unit of the plan; a host that fails runs nothing more, a fatal play stops what follows."""
    began = time.monotonic()
    arguments = {(unit.host, unit.role): _arguments(unit, plan) for unit in rendering.units}
    journal = Journal(order.run, tools.recorder, tools.observer, order.observed)
    run = _Run(rendering, code, arguments, order, tools, journal, _clear_stamps(plan, tools))
    tools.observer.run_started(order.run, plan.units)
    try:
        for of_devices, waves in groupby(plan.waves, key=_is_of_devices):
            remaining = run.still_wanted(waves)
            (run.configure if of_devices else run.converge)(remaining)
            if run.is_stopped:
                break
    finally:
        journal.close(plan.units)
    outcomes = tuple(journal.outcomes[unit] for unit in plan.units)
    return Outcome(order.run, outcomes, time.monotonic() - began)


def _arguments(unit: UnitRendering, plan: Plan) -> Mapping[str, object]:
    if unit.role == DIRECTORY and plan.joining:
        return {**unit.arguments, ARGUMENT: list(plan.joining)}
    return unit.arguments


def _is_of_devices(wave: Wave) -> bool:
    return all(unit.role in ROLES for unit in wave.units)


def _clear_stamps(plan: Plan, tools: Tools) -> frozenset[str]:
    """Remove the stamps of all pending units; return the hosts where they may still stand."""
    units = [(unit.host, unit.role) for unit in plan.units if unit.role not in ROLES]
    return frozenset({host for host, _ in units} - tools.stamps.remove_all(tools.shell, units))


@dataclass(slots=True)
class _Run:
    """The state of one run between its waves."""

    rendering: Rendering
    code: CodeDigests
    arguments: Arguments
    order: Order
    tools: Tools
    journal: Journal
    stamped: frozenset[str]
    legs: int = 0

    def still_wanted(self, waves: Iterable[Wave]) -> tuple[Wave, ...]:
        """Leave out hosts where an earlier unit did not succeed."""
        lost = {unit.host for unit in self._lost()}
        kept = (
            Wave(wave.position, wave.name, tuple(unit for unit in wave.units if unit.host not in lost))
            for wave in waves
        )
        return tuple(wave for wave in kept if wave.units)

    def configure(self, waves: tuple[Wave, ...]) -> None:
        """Configure devices one after the other: two switches of one path never change together."""
        for unit in (unit for wave in waves for unit in wave.units):
            self.journal.start(unit)
            self.journal.finish(self._configured(unit))
            if self.is_stopped:
                return

    def _configured(self, unit: PlannedUnit) -> UnitOutcome:
        try:
            changed = self.tools.devices.configure(self.arguments[unit.host, unit.role])
        except TownhallError as error:
            return UnitOutcome(unit, FAILED, str(error))
        return UnitOutcome(unit, APPLIED, "", changed)

    def converge(self, waves: tuple[Wave, ...]) -> None:
        """Run the waves of hosts in one run of Ansible."""
        if not waves:
            return
        self.legs += 1
        plays = run_plays(waves, self.code.plays)
        units = [unit for wave in waves for unit in wave.units]
        self.journal.expect(plays)
        author = Author(
            self.order.run, self.tools.handlers, self.stamped, self.tools.stamps, self.order.leased
        )
        job = Job(
            folder=self.order.folder / str(self.legs),
            inventory=as_yaml(inventory(units, self.arguments, self.rendering.connections)),
            playbook=playbook_yaml(author.playbook(plays)),
            vault_files=self.order.vault_files,
            accelerate=self.order.accelerate,
            hosts=len({unit.host for unit in units}),
        )
        self.tools.ansible.run(job, self.journal.hear)
        self.journal.close(units)

    @property
    def is_stopped(self) -> bool:
        """Whether a play was lost whose errors stop all that follows."""
        return any(self.code.plays[unit.position].any_errors_fatal for unit in self._lost())

    def _lost(self) -> list[PlannedUnit]:
        return [unit for unit, outcome in self.journal.outcomes.items() if outcome.state != APPLIED]
