"""A run that was cut off: what it did, what it did not, and what nobody saw the end of."""

from __future__ import annotations

from dataclasses import dataclass

Unit = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A run without an end, who began it and when; each of its units by host and role with its state.

    A state is done, failed, reverted, unknown or not started. `unwanted` hosts were to be retired at its end.
    """

    run: str
    who: str
    since: str
    units: tuple[tuple[Unit, str], ...]
    unwanted: tuple[str, ...] = ()

    def having(self, state: str) -> tuple[Unit, ...]:
        """Return the units in a state, in the plan's order."""
        return tuple(unit for unit, found in self.units if found == state)
