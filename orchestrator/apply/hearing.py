"""What the events of one run of Ansible mean for its units."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from orchestrator.apply.fence import LOST
from orchestrator.apply.gate import GATE_TASK, Gates
from orchestrator.apply.journal import Journal
from orchestrator.apply.observer import Observer
from orchestrator.apply.playbook import FENCE_TASK, NOTIFY_TASK, STAMP_TASK, RunPlay
from orchestrator.errors import LedgerError
from orchestrator.model.outcome import APPLIED, FAILED, UNKNOWN, UNREACHABLE
from orchestrator.model.plan import PlannedUnit

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_LONGEST = 800
_TOO_LATE = "the journal holds the end of these units already"
_OUT_OF_ORDER = "something was heard of this unit before its beginning"


class Hearing:
    """Listens to one run of Ansible.

    `forbidden` waits for the turn of a play and says why it may not begin, or nothing; `lose` is told when a
    machine says that another run has its fence.
    """

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        plays: Sequence[RunPlay],
        journal: Journal,
        gates: Gates,
        observer: Observer,
        forbidden: Callable[[RunPlay], str],
        lose: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._journal, self._gates, self._observer, self._forbidden = journal, gates, observer, forbidden
        self._lose = lose
        self._plays = {play.name: play for play in plays}
        self._units = {(play.name, unit.host): unit for play in plays for unit in play.units}
        self._before = {
            play.name: [unit for earlier in plays[:number] for unit in earlier.units]
            for number, play in enumerate(plays)
        }

    def hear(self, event: Mapping[str, Any]) -> bool:
        """Understand one event; the journal keeps its own fault, ansible-runner would swallow it."""
        with suppress(LedgerError):
            self._understand(str(event.get("event")), event.get("event_data") or {})
        return True

    def _understand(self, kind: str, data: Mapping[str, Any]) -> None:
        name = str(data.get("play"))
        unit = self._units.get((name, str(data.get("host"))))
        if unit is None:
            return
        if data.get("task") == GATE_TASK:
            if kind == "runner_on_start":
                self._begin(self._plays[name])
        elif handler := _HANDLERS.get(kind):
            if self._journal.has_started(unit):
                handler(self, unit, data)
            else:
                self._journal.blame(unit, UNKNOWN, _OUT_OF_ORDER)

    def _begin(self, play: RunPlay) -> None:
        """Let a play begin when all that began before has its end and its own beginning is written down."""
        self._journal.close(filter(self._journal.has_started, self._before[play.name]))
        self._gates.hold(play.name)
        why = self._forbidden(play)
        units = self._still_there(play)
        if why := why or self._over(units):
            self._gates.shut(play.name, why)
            return
        try:
            self._journal.start(units)
        except LedgerError as error:
            self._gates.shut(play.name, str(error))
            raise
        self._gates.open(play.name)

    def _still_there(self, play: RunPlay) -> list[PlannedUnit]:
        """Leave out hosts that Ansible dropped; one that is only unknown may go on."""
        ends = tuple(self._journal.outcomes.items())
        gone = {unit.host for unit, end in ends if end.state in {FAILED, UNREACHABLE}}
        return [unit for unit in play.units if unit.host not in gone]

    def _over(self, units: Iterable[PlannedUnit]) -> str:
        return _TOO_LATE if any(unit in self._journal.outcomes for unit in units) else ""

    def _start(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        self._journal.forgive(unit, UNREACHABLE)
        self._observer.task_started(unit, str(data.get("task", "")))

    def _ok(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        self._journal.touch(unit)
        if data.get("task") == STAMP_TASK:
            self._journal.finish(unit, APPLIED)
        elif (data.get("res") or {}).get("changed") and data.get("task") != NOTIFY_TASK:
            self._journal.change(unit)

    def _failed(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        if data.get("task") in {FENCE_TASK, STAMP_TASK} and (data.get("res") or {}).get("rc") == LOST:
            self._journal.blame(unit, UNKNOWN, _why(data))
            self._lose(_why(data))
        elif not data.get("ignore_errors"):
            self._journal.blame(unit, FAILED, _why(data))

    def _unreachable(self, unit: PlannedUnit, data: Mapping[str, Any]) -> None:
        self._journal.blame(unit, UNREACHABLE, _why(data))


_HANDLERS: Mapping[str, Callable[[Hearing, PlannedUnit, Mapping[str, Any]], None]] = {
    "runner_on_start": Hearing._start,
    "runner_on_ok": Hearing._ok,
    "runner_on_failed": Hearing._failed,
    "runner_on_unreachable": Hearing._unreachable,
}


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
