"""Carry out a plan: devices over their own line, hosts through Ansible, side by side where order allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from orchestrator.apply.ansible import Ansible, Job, Runner
from orchestrator.apply.as_yaml import as_yaml, playbook_yaml
from orchestrator.apply.code import handler_names
from orchestrator.apply.devices import ROLES, Devices, Switches
from orchestrator.apply.journal import Journal, Recorder
from orchestrator.apply.lanes import Lane, lanes
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.playbook import Author, RunPlay, inventory, run_plays
from orchestrator.apply.stamps import Stamps
from orchestrator.errors import TownhallError
from orchestrator.model.outcome import APPLIED, FAILED, Outcome, UnitOutcome
from orchestrator.model.plan import CodeDigests, Observation, Plan, PlannedUnit
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan.rejoin import ARGUMENT, DIRECTORY
from orchestrator.reach import Shell

Arguments = Mapping[tuple[str, str], Mapping[str, object]]
LANES_AT_ONCE = 4


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
        run.follow(lanes(run_plays(plan.waves, code.plays), code.after))
    finally:
        journal.close(plan.units)
    outcomes = tuple(journal.outcomes[unit] for unit in plan.units)
    return Outcome(order.run, outcomes, time.monotonic() - began)


def _arguments(unit: UnitRendering, plan: Plan) -> Mapping[str, object]:
    if unit.role == DIRECTORY and plan.joining:
        return {**unit.arguments, ARGUMENT: list(plan.joining)}
    return unit.arguments


def _clear_stamps(plan: Plan, tools: Tools) -> frozenset[str]:
    """Remove the stamps of all pending units; return the hosts where they may still stand."""
    units = [(unit.host, unit.role) for unit in plan.units if unit.role not in ROLES]
    return frozenset({host for host, _ in units} - tools.stamps.remove_all(tools.shell, units))


@dataclass(slots=True)
class _Run:
    """The state of one run between its lanes."""

    rendering: Rendering
    code: CodeDigests
    arguments: Arguments
    order: Order
    tools: Tools
    journal: Journal
    stamped: frozenset[str]
    cancelled: Event = field(default_factory=Event)

    def follow(self, order: tuple[Lane, ...]) -> None:
        """Run every lane when those before it are over; after a fatal loss no further lane begins."""
        waiting, running, over = dict(enumerate(order)), dict[Future[None], int](), set[int]()
        with ThreadPoolExecutor(LANES_AT_ONCE) as pool:
            try:
                while True:
                    ready = (
                        [] if self.is_stopped else [n for n, lane in waiting.items() if lane.after <= over]
                    )
                    for number in ready:
                        running[pool.submit(self._go, number, waiting.pop(number))] = number
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        over.add(running.pop(future))
                        future.result()
            finally:
                self.cancelled.set()

    def _go(self, number: int, lane: Lane) -> None:
        plays = self._still_wanted(lane.plays)
        if not plays:
            return
        if lane.of_devices:
            self._configure(plays)
        else:
            self._converge(str(number + 1), plays)

    def _still_wanted(self, plays: Iterable[RunPlay]) -> tuple[RunPlay, ...]:
        """Leave out hosts where an earlier unit did not succeed."""
        lost = {unit.host for unit in self.journal.lost()}
        kept = (
            replace(play, units=tuple(unit for unit in play.units if unit.host not in lost)) for play in plays
        )
        return tuple(play for play in kept if play.units)

    def _configure(self, plays: tuple[RunPlay, ...]) -> None:
        """Configure devices one after the other: two switches of one path never change together."""
        for unit in (unit for play in plays for unit in play.units):
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

    def _converge(self, name: str, plays: tuple[RunPlay, ...]) -> None:
        """Run the plays of hosts in one run of Ansible."""
        units = [unit for play in plays for unit in play.units]
        self.journal.expect(plays)
        author = Author(
            self.order.run, self.tools.handlers, self.stamped, self.tools.stamps, self.order.leased
        )
        job = Job(
            folder=self.order.folder / name,
            inventory=as_yaml(inventory(units, self.arguments, self.rendering.connections)),
            playbook=playbook_yaml(author.playbook(plays)),
            vault_files=self.order.vault_files,
            accelerate=self.order.accelerate,
            hosts=len({unit.host for unit in units}),
            is_cancelled=self.cancelled.is_set,
        )
        self.tools.ansible.run(job, self.journal.hear)
        self.journal.close(units)

    @property
    def is_stopped(self) -> bool:
        """Whether a play was lost whose errors stop all that follows."""
        return any(self.code.plays[unit.position].any_errors_fatal for unit in self.journal.lost())
