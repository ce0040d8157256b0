"""The plan of now: that of the whole town, with what follows from the edited lines put in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from orchestrator.desired import Desired
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.plan import CodeDigests, LedgerState, Observation, Plan, PlannedUnit
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, digest
from orchestrator.plan.rejoin import DIRECTORY
from orchestrator.plan.units import in_waves
from orchestrator.replan.base import Base, Unit
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.related import Relatives, edited
from orchestrator.replan.shared import edited as edited_arguments
from orchestrator.replan.shared import joined
from orchestrator.replan.sheets import sheets


class Present(Protocol):
    """What can be asked about the present; the excerpt of a town may be refused."""

    code: CodeDigests

    def follows(self, files: Mapping[str, str]) -> Desired:
        """All that follows from an excerpt; raises DoubtError where it does not hold together."""

    def recorded(self, base: Base) -> set[str]:
        """The hosts with records since the base; raises DoubtError if the ledger is another."""

    def state(self, hosts: Iterable[str]) -> LedgerState:
        """What the ledger knows of some hosts."""

    def observed(self, wanted: Desired) -> Mapping[str, Observation]:
        """What is known of the machines of an excerpt."""

    def contents(self, digests: Iterable[str]) -> Mapping[str, str]:
        """Remembered arguments by digest."""


def replan(base: Base, files: Mapping[str, str], present: Present) -> Plan:
    """The same plan as of the whole town; raises DoubtError where only the whole town can tell."""
    before = sheets(base.files)
    now = sheets(files, before)
    recorded = present.recorded(base)
    lines = edited(before, now)
    if not lines and not recorded:
        return base.plan
    kept = Relatives(before, now).of(lines, recorded | now.framed_words())
    excerpts = (present.follows(before.excerpt(kept)), present.follows(now.excerpt(kept)))
    step = _Step(base, present, recorded, *excerpts)
    step.judge()
    return step.plan()


@dataclass(frozen=True, slots=True)
class _Step:
    """From one excerpt of the town to the next."""

    base: Base
    present: Present
    recorded: set[str]
    before: Desired
    now: Desired

    def judge(self) -> None:
        """See that the excerpt before says of its PCs what the whole town said."""
        pcs = set(self.before.town.groups.get(WORKSTATIONS, ())) - self.recorded
        units = tuple(unit for unit in self.before.rendering.units if unit.host in pcs)
        again = self._planned(self.before, replace(self.before.rendering, units=units), pcs)
        if _essence(again.units) != _essence(unit for unit in self.base.plan.units if unit.host in pcs):
            raise DoubtError("the excerpt says something else than the whole town did")

    def plan(self) -> Plan:
        """The base's plan with the units of the excerpt's hosts replaced."""
        hosts = set(self.before.town.hosts) | set(self.now.town.hosts) | self.recorded
        shared = dict(self._shared())
        found = self._planned(self.now, self.now.rendering, hosts, shared)
        found = self._with_changes(found, shared)
        old = self.base.plan
        joining = set(old.joining) - hosts
        if joining and not any(unit.role == DIRECTORY for unit in found.units):
            raise DoubtError("the directory is due for the sake of hosts outside of the excerpt")
        units = [unit for unit in old.units if unit.host not in hosts]
        unverified = {unit for unit in old.unverified if unit[0] not in hosts} | set(found.unverified)
        return replace(
            old,
            waves=in_waves((*units, *found.units), self.present.code),
            unverified=tuple(sorted(unverified)),
            unwanted=tuple(sorted(set(old.unwanted) - hosts | set(found.unwanted))),
            record=found.record,
            joining=tuple(sorted(joining | set(found.joining))),
        )

    def _planned(
        self, wanted: Desired, rendering: Rendering, hosts: set[str], texts: Mapping[Unit, str] | None = None
    ) -> Plan:
        state, observed = self.present.state(hosts), self.present.observed(wanted)
        return plan(rendering, self.present.code, state, observed, texts)

    def _shared(self) -> Iterable[tuple[Unit, str]]:
        """The arguments of the whole town on every host of the excerpt that is no PC."""
        pcs = set(self.now.town.groups.get(WORKSTATIONS, ()))
        before = _arguments(self.before)
        for unit in self.now.rendering.units:
            name = (unit.host, unit.role)
            if unit.host in pcs:
                continue
            if name not in self.base.shared or name not in before:
                raise DoubtError(f"{unit.role} on {unit.host} is new")
            yield name, joined(edited_arguments(self.base.shared[name], before[name], unit.arguments))

    def _with_changes(self, found: Plan, shared: Mapping[Unit, str]) -> Plan:
        """Differences between excerpts are those of the whole town, where it was applied as it was before."""
        before, now, digest_before = _arguments(self.before), _arguments(self.now), self._digests_before()
        applied = dict(self.present.contents(unit.previous for unit in found.units if unit.previous))
        rendered = []
        for unit in found.units:
            name = (unit.host, unit.role)
            arguments = now[name]
            if name in shared and unit.previous == digest_before(unit):
                applied |= {key: canonical(before[name]) for key in (unit.previous,) if key in applied}
            elif name in shared:
                arguments = json.loads(shared[name])
            rendered.append(UnitRendering(unit.host, unit.role, unit.position, arguments, ()))
        return with_changes(found, replace(self.now.rendering, units=tuple(rendered)), applied)

    def _digests_before(self) -> Callable[[PlannedUnit], str]:
        """Digest of the base's arguments of a unit; one that was not due then had them applied."""
        due = {(unit.host, unit.role): unit.arguments for unit in self.base.plan.units}

        def of(unit: PlannedUnit) -> str:
            name = (unit.host, unit.role)
            if unit.host in self.recorded:
                return digest(joined(self.base.shared[name]))
            return due.get(name, unit.previous)

        return of


def _arguments(wanted: Desired) -> dict[Unit, Mapping[str, object]]:
    return {(unit.host, unit.role): unit.arguments for unit in wanted.rendering.units}


def _essence(units: Iterable[PlannedUnit]) -> set[tuple[str, str, str, str]]:
    return {(unit.host, unit.role, unit.key, unit.reason) for unit in units}
