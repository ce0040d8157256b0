"""Write down each unit's beginning before it begins, and its end when it was seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import RLock
from typing import Protocol

from orchestrator.apply.observer import Observer
from orchestrator.apply.settle import UNPROVEN
from orchestrator.errors import LedgerError
from orchestrator.model.outcome import APPLIED, NOT_STARTED, UNKNOWN, UNREACHABLE, UnitOutcome
from orchestrator.model.plan import Observation, PlannedUnit
from orchestrator.model.quarantine import QUARANTINED
from orchestrator.model.record import Entry

STARTED = "started"


class Recorder(Protocol):
    """Keeps entries for good before it returns."""

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        """Append entries; raises LedgerError if they could not be kept."""


class Journal:
    """One run's memory: what began, what ended, and why. Lanes write into it side by side.

    Once an append has failed nothing more is written, and `fault` holds the error.
    """

    def __init__(
        self, run: str, recorder: Recorder, observer: Observer, observed: Mapping[str, Observation]
    ) -> None:
        self._run, self._recorder, self._observer, self._observed = run, recorder, observer, observed
        self._alone = RLock()
        self._started: set[PlannedUnit] = set()
        self._faults: dict[PlannedUnit, UnitOutcome] = {}
        self._changed: dict[PlannedUnit, int] = {}
        self._touched: set[PlannedUnit] = set()
        self.outcomes: dict[PlannedUnit, UnitOutcome] = {}
        self._unproven: set[PlannedUnit] = set()
        self.fault: LedgerError | None = None

    def start(self, units: Iterable[PlannedUnit]) -> None:
        """Write down that units begin, each once; raises LedgerError if that could not be kept."""
        with self._alone:
            beginning = [unit for unit in units if unit not in self._started]
            if beginning:
                self._write(self._entry(STARTED, unit) for unit in beginning)
            self._started.update(beginning)
            for unit in beginning:
                self._observer.unit_started(unit)

    def has_started(self, unit: PlannedUnit) -> bool:
        """Whether a unit's beginning is written down."""
        return unit in self._started

    def touch(self, unit: PlannedUnit) -> None:
        """Remember that something was done on a unit's host."""
        self._touched.add(unit)

    def change(self, unit: PlannedUnit) -> None:
        """Count a change on a unit's host."""
        self._changed[unit] = self._changed.get(unit, 0) + 1

    def blame(self, unit: PlannedUnit, state: str, why: str) -> None:
        """Keep the first fault: handlers that are forced after it fail only because of it."""
        self._faults.setdefault(unit, UnitOutcome(unit, state, why))

    def forgive(self, unit: PlannedUnit, state: str) -> None:
        """Forget a fault of this state: the unit goes on, so it was another host's that a task asked."""
        if unit in self._faults and self._faults[unit].state == state:
            del self._faults[unit]

    def finish(self, unit: PlannedUnit, state: str, why: str = "", changed: int = 0) -> None:
        """Write down a unit's end, once; an end that nobody saw is unknown."""
        with self._alone:
            if unit in self.outcomes:
                return
            outcome = UnitOutcome(unit, state, why, self._changed.get(unit, changed))
            self.outcomes[unit] = outcome
            if state != NOT_STARTED and not self.fault:
                kind = {UNREACHABLE: UNKNOWN}.get(state, state)
                self._write([self._entry(kind, unit, why)])
            self._observer.unit_finished(outcome)

    def left_in_doubt(self, units: Iterable[PlannedUnit]) -> tuple[PlannedUnit, ...]:
        """Return those units that changed something, perhaps, and were not applied."""
        with self._alone:
            ended = [unit for unit in units if unit in self.outcomes and unit in self._touched]
            return tuple(unit for unit in ended if self.outcomes[unit].state not in {APPLIED, NOT_STARTED})

    def amend(self, unit: PlannedUnit, state: str, why: str) -> None:
        """Write down what became of a unit after an end that was no good one."""
        with self._alone:
            self.outcomes[unit] = replace(self.outcomes[unit], state=state, why=why)
            self._write([self._entry(state, unit, why)])

    def quarantine(self, unit: PlannedUnit, why: str, steps: Iterable[str]) -> None:
        """Write down that nothing may touch a unit's host until a person has looked at it."""
        with self._alone:
            end = self.outcomes[unit]
            self.outcomes[unit] = replace(end, why=f"{end.why}; {why}: quarantined")
            details = json.dumps({"role": unit.role, "why": why, "steps": [*steps]}, ensure_ascii=False)
            self._write([Entry(QUARANTINED, self._run, unit.host, details=details)])

    def close(self, units: Iterable[PlannedUnit], why: str = "an earlier unit did not succeed") -> None:
        """Give every unit its end after its part of the run is over; `why` is for those that never began."""
        with self._alone:
            for unit in units:
                if unit in self._faults:
                    self.finish(unit, self._faults[unit].state, self._faults[unit].why)
                elif unit in self._started:
                    self.finish(unit, UNKNOWN, "the run ended in the middle of this unit")
                else:
                    self.finish(unit, NOT_STARTED, why)

    def judge(self, unit: PlannedUnit, kind: str, details: str) -> None:
        """Write down what the checks of an applied unit found: verified or unproven."""
        with self._alone:
            if kind == UNPROVEN:
                self._unproven.add(unit)
            self._write([replace(self._entry(kind, unit), details=details)])

    def lost(self) -> tuple[PlannedUnit, ...]:
        """Return the units that began and did not succeed so far, or whose checks did not hold."""
        with self._alone:
            ended = self.outcomes.items()
            return tuple(
                unit
                for unit, outcome in ended
                if unit in self._unproven or outcome.state not in {APPLIED, NOT_STARTED}
            )

    def _write(self, entries: Iterable[Entry]) -> None:
        if self.fault:
            raise self.fault
        try:
            self._recorder.append(entries)
        except LedgerError as error:
            self.fault = error
            raise

    def _entry(self, kind: str, unit: PlannedUnit, why: str = "") -> Entry:
        observation = self._observed.get(unit.host, Observation())
        details = json.dumps({"why": why}, ensure_ascii=False) if why else ""
        return Entry(
            kind,
            self._run,
            unit.host,
            unit.role,
            unit.key,
            unit.arguments,
            unit.role_code,
            observation.machine,
            details,
        )
