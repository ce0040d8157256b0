"""The course of one run: lane after lane, as far as nothing stops it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from itertools import count, groupby
from threading import Event, Lock

from orchestrator.apply.aftermath import Aftermath
from orchestrator.apply.ansible import Job
from orchestrator.apply.as_yaml import as_yaml, playbook_yaml
from orchestrator.apply.gate import Gates
from orchestrator.apply.hearing import Hearing
from orchestrator.apply.journal import Journal
from orchestrator.apply.lanes import Lane
from orchestrator.apply.leg import Leg
from orchestrator.apply.playbook import Author, RunPlay, inventory
from orchestrator.apply.settle import judged
from orchestrator.apply.tools import Arguments, Order, Tools
from orchestrator.apply.turns import Turns
from orchestrator.errors import NotTakenBack, TakenBack, TownhallError
from orchestrator.model.outcome import APPLIED, FAILED, NOT_STARTED, REVERTED, UNKNOWN
from orchestrator.model.plan import PlannedUnit
from orchestrator.model.rendering import Rendering
from orchestrator.model.verdict import Selection
from orchestrator.plan.bounds import Bounds

LANES_AT_ONCE = 4


@dataclass(slots=True)
class Course:
    """The state of one run between its lanes."""

    rendering: Rendering
    plays: tuple[RunPlay, ...]
    bounds: Bounds
    arguments: Arguments
    order: Order
    tools: Tools
    journal: Journal
    aftermath: Aftermath
    cancelled: Event = field(default_factory=Event)
    proven: set[tuple[int, int]] = field(default_factory=set)
    turned_away: list[PlannedUnit] = field(default_factory=list)
    alone: Lock = field(default_factory=Lock)
    turns: Turns = field(init=False)

    def follow(self, order: tuple[Lane, ...]) -> None:
        """Run every lane when its turn comes; after a fatal loss nothing further begins."""
        behind = {name: needed for lane in order for name, needed in lane.behind.items()}
        self.turns = Turns(LANES_AT_ONCE, os.cpu_count() or 1, behind)
        with ThreadPoolExecutor(max(1, len(order))) as pool:
            try:
                for future in as_completed(
                    [pool.submit(self._go, number, lane) for number, lane in enumerate(order)]
                ):
                    future.result()
            finally:
                self.cancelled.set()

    def why_stopped(self) -> str:
        """Say why nothing further may begin, or nothing."""
        if self.journal.fault:
            return str(self.journal.fault)
        return self.tools.fences.lost or self.bounds.exceeded(self._lost())

    def _go(self, number: int, lane: Lane) -> None:
        names = (f"{number + 1}.{leg}" for leg in count(1))
        for part in self._parts(lane):
            rest = part
            while rest:
                starts = not lane.of_devices and rest[0].batch == 1
                if not self.turns.take(number, lane.behind[rest[0].name], self._is_stopped, starts):
                    return
                try:
                    begun = self._work(next(names), number, lane, rest)
                finally:
                    self.turns.give(number)
                rest = rest[len(begun) :]
                if not rest:
                    self._turn_away(part)
                self.turns.end(play.name for play in begun)

    def _work(self, name: str, number: int, lane: Lane, rest: tuple[RunPlay, ...]) -> tuple[RunPlay, ...]:
        """Carry out a lane from a play whose turn it is; return the plays that are over."""
        self._prove_before(rest[0])
        if self.why_stopped():
            return rest
        if lane.of_devices:
            self._configure(self._still_wanted(rest[:1]))
            return rest[:1]
        wanted = {play.name: play for play in self._still_wanted(rest)}
        leg = Leg(
            number,
            rest,
            wanted,
            lane.behind,
            self.journal,
            self.turns,
            self._lost,
            self.why_stopped,
            self._is_stopped,
        )
        if wanted:
            self._converge(name, leg)
        return leg.begun

    def _parts(self, lane: Lane) -> list[tuple[RunPlay, ...]]:
        """Cut a lane at its batches where a host of it is rejected: that one is lost to its own batch."""
        if not any(self.order.rejected.keys() & set(play.hosts) for play in lane.plays):
            return [lane.plays]
        return [tuple(plays) for _, plays in groupby(lane.plays, key=lambda play: play.wave_and_batch)]

    def _turn_away(self, plays: Iterable[RunPlay]) -> None:
        """A host that is not entered is lost, as a silent one, when the rest of its batch is done."""
        lost = {unit.host for unit in self._lost()}
        for unit in (unit for play in plays for unit in play.units if unit.host in self.order.rejected):
            problem = self.order.rejected[unit.host]
            self.journal.finish(unit, NOT_STARTED, f"{unit.host} {problem.reason} [{problem.code}]")
            self.turned_away += () if unit.host in lost else (unit,)

    def _lost(self) -> tuple[PlannedUnit, ...]:
        return (*self.journal.lost(), *self.turned_away)

    def _prove_before(self, play: RunPlay) -> None:
        """Check the batch before a play's own, once, where it has roles that go on to another host."""
        position, number = play.wave_and_batch
        with self.alone:
            if number == 1 or play.wave_and_batch in self.proven or self.why_stopped():
                return
            self.proven.add(play.wave_and_batch)
            mine = [one for one in self.plays if one.play.position == position]
            go_on = {one.role for one in mine if one.batch >= number}
            before = [one for one in mine if one.batch == number - 1 and one.role in go_on]
            lost = {unit.host for unit in self._lost()}
            self._prove([unit for one in before for unit in one.units if unit.host not in lost])

    def _prove(self, units: list[PlannedUnit]) -> None:
        names = frozenset((unit.host, unit.role) for unit in units)
        if not names:
            return
        checks = self.tools.prove(Selection(units=names, scope="role")).checks
        for unit in units:
            self.journal.judge(unit, *judged((unit.host, unit.role), checks))

    def _still_wanted(self, plays: Iterable[RunPlay]) -> tuple[RunPlay, ...]:
        """Leave out hosts where an earlier unit did not succeed."""
        lost = self.order.rejected.keys() | {unit.host for unit in self._lost()}
        kept = (
            replace(play, units=tuple(unit for unit in play.units if unit.host not in lost)) for play in plays
        )
        return tuple(play for play in kept if play.units)

    def _configure(self, plays: tuple[RunPlay, ...]) -> None:
        """Configure devices one after the other: two switches of one path never change together."""
        for unit in (unit for play in plays for unit in play.units):
            self.tools.fences.confirm(self.order.keeper)
            if self.why_stopped():
                return
            self.journal.start([unit])
            self._configure_one(unit)

    def _configure_one(self, unit: PlannedUnit) -> None:
        try:
            changed = self.tools.devices.configure(self.arguments[unit.host, unit.role])
        except TownhallError as error:
            state = REVERTED if isinstance(error, TakenBack) else FAILED
            self.journal.finish(unit, state, str(error))
            if isinstance(error, NotTakenBack):
                self.journal.quarantine(unit, error.why, error.steps)
        else:
            self.journal.finish(unit, APPLIED, changed=changed)

    def _converge(self, name: str, leg: Leg) -> None:
        """Run a leg in one run of Ansible."""
        plays, units = leg.plays, leg.units
        order, tools = self.order, self.tools
        gates = Gates(order.folder / name)
        author = Author(
            order.run, tools.handlers, gates, tools.fences, tools.stamps, order.leased, self._forgiving
        )
        job = Job(
            folder=gates.folder,
            inventory=as_yaml(
                inventory(units, self.arguments, self.rendering.connections, tools.fences, order.helpers)
            ),
            playbook=playbook_yaml(author.playbook(plays)),
            vault_files=order.vault_files,
            accelerate=order.accelerate,
            hosts=len({unit.host for unit in units}),
            is_cancelled=self._is_over,
        )
        hearing = Hearing(plays, self.journal, gates, tools.observer, leg.why_not, tools.fences.lose)
        before = self.aftermath.before(units, order.silent)
        tools.ansible.run(job, hearing.hear)
        self._doubt(leg.units)
        self.journal.close(leg.units, self.why_stopped() or "an earlier unit did not succeed")
        self.aftermath.settle(leg.units, before)

    def _doubt(self, units: Iterable[PlannedUnit]) -> None:
        """What began behind a fence that was lost since may have been changed by another run too."""
        if why := self.tools.fences.lost:
            for unit in filter(self.journal.has_started, units):
                self.journal.blame(unit, UNKNOWN, why)

    @property
    def _forgiving(self) -> frozenset[int]:
        return frozenset(position for position, most in self.bounds.most.items() if most)

    def _is_stopped(self) -> bool:
        return bool(self.why_stopped()) or self._is_over()

    def _is_over(self) -> bool:
        """Whether what runs must end now: another lane broke, nothing can be written down, no fence holds."""
        return self.cancelled.is_set() or self.journal.fault is not None or bool(self.tools.fences.lost)
