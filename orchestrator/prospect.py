"""What is wanted of a town, what is known of it, and what follows: where every plan and apply begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.desired import Desired
from orchestrator.errors import Problem
from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.names import FIREWALL
from orchestrator.model.plan import CodeDigests, Observation, Plan
from orchestrator.model.request import Side


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is wanted, what is known, and what follows; `applied` are last arguments as JSON, by digest."""

    root: Path
    wanted: Desired
    code: CodeDigests
    observed: Mapping[str, Observation]
    plan: Plan
    applied: Mapping[str, str] = field(default_factory=dict)

    @property
    def rejected(self) -> tuple[Problem, ...]:
        """The hosts that are not entered, because they showed a key that is not pinned for them."""
        return tuple(sorted(seen.rejected for seen in self.observed.values() if seen.rejected))

    @property
    def foreseen(self) -> Foreseen:
        """The plan with what it was made of."""
        wanted, units = self.wanted, self.plan.units
        side = Side(wanted.town, wanted.intent, wanted.rendering, {})
        before = {
            (unit.host, unit.role): self.applied[unit.previous]
            for unit in units
            if unit.previous in self.applied
        }
        walls = (text for (_, role), text in before.items() if role == FIREWALL)
        return Foreseen(self.plan, side, before, next(walls, ""))
