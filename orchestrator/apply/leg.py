"""One run of Ansible within a lane: its plays wait for their turns at their gates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from orchestrator.apply.journal import Journal
from orchestrator.apply.playbook import RunPlay
from orchestrator.apply.turns import Turns
from orchestrator.model.outcome import APPLIED
from orchestrator.model.plan import PlannedUnit

CUT = "this play begins in a later run of Ansible"
_GIVEN_UP = "the run is over"


@dataclass(slots=True)
class Leg:
    """The rest of a lane, from a play whose turn it is.

    `wanted` holds the plays by name without the hosts that were lost before; `needs` names what each play
    waits for. A leg is cut before a play that cannot go on in it; `begun` is what was carried out.
    """

    lane: int
    rest: tuple[RunPlay, ...]
    wanted: Mapping[str, RunPlay]
    needs: Mapping[str, frozenset[str]]
    journal: Journal
    turns: Turns
    lost: Callable[[], Iterable[PlannedUnit]]
    why_stopped: Callable[[], str]
    is_stopped: Callable[[], bool]
    begun: tuple[RunPlay, ...] = ()

    def __post_init__(self) -> None:
        """A leg that nobody cuts carries out all that is left."""
        self.begun = self.rest

    @property
    def plays(self) -> tuple[RunPlay, ...]:
        """What Ansible is given."""
        return tuple(self.wanted[play.name] for play in self.rest if play.name in self.wanted)

    @property
    def units(self) -> list[PlannedUnit]:
        """The units of the plays that were carried out."""
        return [unit for play in self.begun for unit in self._units(play)]

    def why_not(self, play: RunPlay) -> str:
        """Wait for the turn of a play; say why it may not begin, or nothing."""
        before = self.rest[: [one.name for one in self.rest].index(play.name)]
        applied = [one.name for one in before if self._is_applied(one)]
        self.turns.end(applied)
        self.turns.started(self.lane)
        needed = self._needed(before, play)
        if before and not self.turns.are_over(needed):
            if len(applied) < len(before):
                return self._cut(before)
            self.turns.give(self.lane)
            if not self.turns.take(self.lane, needed, self.is_stopped):
                return self.why_stopped() or _GIVEN_UP
        if self._lost_elsewhere() & set(play.hosts):
            return self._cut(before)
        return self.why_stopped()

    def _needed(self, before: tuple[RunPlay, ...], play: RunPlay) -> frozenset[str]:
        """What a play waits for, behind plays of this leg that had no host and waited for nothing."""
        needed = frozenset[str]().union(*(self.needs[one.name] for one in (*before, play)))
        return needed - {one.name for one in before}

    def _cut(self, before: tuple[RunPlay, ...]) -> str:
        """Others may wait for hosts in doubt, and Ansible does not drop hosts that were lost elsewhere."""
        self.begun = before
        return CUT

    def _units(self, play: RunPlay) -> tuple[PlannedUnit, ...]:
        return self.wanted[play.name].units if play.name in self.wanted else ()

    def _is_applied(self, play: RunPlay) -> bool:
        ends = (self.journal.outcomes.get(unit) for unit in self._units(play))
        return all(end is not None and end.state == APPLIED for end in ends)

    def _lost_elsewhere(self) -> set[str]:
        mine = {unit for play in self.rest for unit in self._units(play)}
        return {unit.host for unit in self.lost() if unit not in mine}
