"""What became of the units of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.plan import PlannedUnit

APPLIED = "applied"
FAILED = "failed"
UNREACHABLE = "unreachable"
UNKNOWN = "unknown"
REVERTED = "reverted"
NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """One unit's end; `why` is for an admin, `changed` counts the tasks that changed something.

    A `reverted` change was made and taken back by its own machine.
    """

    unit: PlannedUnit
    state: str
    why: str = ""
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: its number in the ledger and what became of each unit, in the catalogue's order."""

    run: str
    units: tuple[UnitOutcome, ...]
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether every unit was applied."""
        return all(unit.state == APPLIED for unit in self.units)
