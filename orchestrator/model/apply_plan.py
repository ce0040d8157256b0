"""What an apply would do, in an admin's words, and what that was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.plan import Plan
from orchestrator.model.quarantine import Quarantined
from orchestrator.model.request import LOW, Hit, Impact, Lines, Risk, Side, Undo


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A plan, the town that it is of, and by unit the arguments that were last applied, as JSON.

    Where the town is an excerpt, so are these; without a town only the whole one can tell. `firewall` is what
    the whole town's firewall was last given, if one is in the plan; `quarantined` hosts an apply leaves out.
    """

    plan: Plan
    side: Side | None = None
    applied: Mapping[tuple[str, str], str] = field(default_factory=dict)
    firewall: str = ""
    quarantined: tuple[Quarantined, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingUnit:
    """A unit that would run, and why; its wave may run in batches, counted from one."""

    host: str
    role: str
    wave: int
    batch: int
    key: str
    reason: str
    changes: tuple[str, ...]
    because: Lines


@dataclass(frozen=True, slots=True)
class Unproven:
    """A unit that was applied, and whose check never ended."""

    host: str
    role: str
    because: Lines


@dataclass(frozen=True, slots=True)
class Leaving:
    """A host without a line: what named it is taken back, and then it is retired.

    Its own line is gone, so that the ledger's newest record of it says why.
    """

    host: str
    because: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPlan(Impact):
    """Everything that is read before an apply; `record` is the ledger's newest. `quarantined` stay out."""

    risk: Risk
    record: int
    units: tuple[PendingUnit, ...] = ()
    unverified: tuple[Unproven, ...] = ()
    unwanted: tuple[Leaving, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is pending."""
        return not (self.units or self.unverified or self.unwanted)

    @classmethod
    def without_impact(cls, plan: Plan) -> ApplyPlan:
        """The plan as it is where nothing runs, without a row."""
        return cls(
            town=plan.town,
            summary=_without_runs(plan),
            risk=Risk(LOW, ()),
            hit=Hit(),
            changes=(),
            waves=(),
            undo=Undo(),
            record=plan.record,
        )


def _without_runs(plan: Plan) -> str:
    told = [
        *(("units to be checked",) if plan.unverified else ()),
        *(("machines to be retired",) if plan.unwanted else ()),
    ]
    return f"nothing to run, {' and '.join(told)}" if told else "nothing to do"
