"""Who wants to hear of a run while it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orchestrator.model.outcome import UnitOutcome
from orchestrator.model.plan import PlannedUnit
from orchestrator.model.verdict import Check


class Observer(Protocol):
    """Is told what happens, in order."""

    def run_started(self, run: str, units: Iterable[PlannedUnit]) -> None:
        """A run begins with these units."""

    def unit_started(self, unit: PlannedUnit) -> None:
        """A unit's first task begins on its host."""

    def task_started(self, unit: PlannedUnit, task: str) -> None:
        """A task begins on a unit's host."""

    def unit_finished(self, outcome: UnitOutcome) -> None:
        """A unit has come to its end."""

    def check_finished(self, check: Check) -> None:
        """A check was tried."""


class Nobody:
    """Listens to nothing."""

    def run_started(self, run: str, units: Iterable[PlannedUnit]) -> None:
        """Hear of a run."""

    def unit_started(self, unit: PlannedUnit) -> None:
        """Hear of a unit's beginning."""

    def task_started(self, unit: PlannedUnit, task: str) -> None:
        """Hear of a task."""

    def unit_finished(self, outcome: UnitOutcome) -> None:
        """Hear of a unit's end."""

    def check_finished(self, check: Check) -> None:
        """Hear of a check."""
