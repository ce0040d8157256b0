"""Understand a run's events and write down each unit's beginning and end as they happen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any, Protocol

from orchestrator.apply.observer import Observer
from orchestrator.apply.playbook import NOTIFY_TASK, STAMP_TASK, RunPlay
from orchestrator.model.outcome import APPLIED, FAILED, NOT_STARTED, UNKNOWN, UNREACHABLE, UnitOutcome
from orchestrator.model.plan import Observation, PlannedUnit
from orchestrator.model.record import Entry

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 800


class Recorder(Protocol):
    """Keeps entries for good before it returns."""

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        """Append entries."""


class Journal:
    """One run's memory: what began, what ended, and why. Lanes write into it side by side."""

    def __init__(
        self, run: str, recorder: Recorder, observer: Observer, observed: Mapping[str, Observation]
    ) -> None:
        self._run, self._recorder, self._observer, self._observed = run, recorder, observer, observed
        self._alone = RLock()
        self._units: dict[tuple[str, str], PlannedUnit] = {}
        self._started: set[PlannedUnit] = set()
        self._faults: dict[PlannedUnit, UnitOutcome] = {}
        self._changed: dict[PlannedUnit, int] = {}
        self.outcomes: dict[PlannedUnit, UnitOutcome] = {}

    def expect(self, plays: Iterable[RunPlay]) -> None:
        """Learn which play speaks of which unit."""
        with self._alone:
            self._units.update({(play.name, unit.host): unit for play in plays for unit in play.units})

    def hear(self, event: Mapping[str, Any]) -> bool:
        """Understand one event of ansible-runner."""
        data = event.get("event_data") or {}
        handler = getattr(self, "_" + str(event.get("event")), None)
        with self._alone:
            unit = self._units.get((str(data.get("play")), str(data.get("host"))))
            if unit and handler:
                handler(unit, data)
        return True

    def lost(self) -> tuple[PlannedUnit, ...]:
        """Return the units that did not succeed so far."""
        with self._alone:
            return tuple(unit for unit, outcome in self.outcomes.items() if outcome.state != APPLIED)

    def _runner_on_start(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        self.start(unit)
        self._observer.task_started(unit, str(data.get("task", "")))

    def _runner_on_ok(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        if data.get("task") == STAMP_TASK:
            self.finish(UnitOutcome(unit, APPLIED, "", self._changed.get(unit, 0)))
        elif (data.get("res") or {}).get("changed") and data.get("task") != NOTIFY_TASK:
            self._changed[unit] = self._changed.get(unit, 0) + 1

    def _runner_on_failed(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        if not data.get("ignore_errors"):
            self._blame(UnitOutcome(unit, FAILED, _why(data), self._changed.get(unit, 0)))

    def _runner_on_unreachable(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        self._blame(UnitOutcome(unit, UNREACHABLE, _why(data), self._changed.get(unit, 0)))

    def _blame(self, fault: UnitOutcome) -> None:
        """Keep the first fault: handlers that are forced after it fail only because of it."""
        self._faults.setdefault(fault.unit, fault)

    def start(self, unit: PlannedUnit) -> None:
        """Write down that a unit begins, once."""
        with self._alone:
            if unit not in self._started:
                self._started.add(unit)
                self._recorder.append([self._entry("started", unit)])
                self._observer.unit_started(unit)

    def finish(self, outcome: UnitOutcome) -> None:
        """Write down a unit's end; an end that nobody saw is unknown."""
        with self._alone:
            self.outcomes[outcome.unit] = outcome
            if outcome.unit in self._started:
                kind = {UNREACHABLE: UNKNOWN}.get(outcome.state, outcome.state)
                self._recorder.append([self._entry(kind, outcome.unit, outcome.why)])
            self._observer.unit_finished(outcome)

    def close(self, units: Iterable[PlannedUnit]) -> None:
        """Give every unit of the run its end after the run is over."""
        for unit in units:
            if unit in self.outcomes:
                continue
            if unit in self._faults:
                self.finish(self._faults[unit])
            elif unit in self._started:
                self.finish(UnitOutcome(unit, UNKNOWN, "the run ended in the middle of this unit"))
            else:
                self.finish(UnitOutcome(unit, NOT_STARTED, "an earlier unit did not succeed"))

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


def _why(data: Mapping[str, Any]) -> str:
    """Say in one line which task failed and what it said; a censored result stays censored."""
    result = data.get("res") or {}
    failed_items = [
        item for item in result.get("results", ()) if isinstance(item, dict) and item.get("failed")
    ]
    said = next((text for text in map(_said, [*failed_items, result]) if text), "no message")
    return f"{data.get('task', '')}: {_ESCAPES.sub('', said)[:_LONGEST]}"


def _said(result: Mapping[str, Any]) -> str:
    if "censored" in result:
        return str(result["censored"])
    parts = (str(result.get(key) or "").strip() for key in ("msg", "stderr", "module_stderr", "stdout"))
    return " / ".join(dict.fromkeys(part for part in parts if part))
