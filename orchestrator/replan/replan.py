"""The plan of now: that of the whole town, with what follows from the edited lines put in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from orchestrator.desired import Desired
from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.names import FIREWALL, WORKSTATIONS
from orchestrator.model.plan import CodeDigests, LedgerState, Observation, Plan, PlannedUnit
from orchestrator.model.rendering import Rendering
from orchestrator.model.request import MANY, Policed, Side
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, digest
from orchestrator.plan.rejoin import DIRECTORY
from orchestrator.plan.units import in_waves
from orchestrator.replan.base import Base, Unit
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.related import Relatives, edited
from orchestrator.replan.shared import edited as edited_arguments
from orchestrator.replan.shared import joined
from orchestrator.replan.sheets import LEFT_OUT, sheets

Seen = Mapping[str, Observation]


class Present(Protocol):
    """What can be asked about the present."""

    code: CodeDigests

    def follows(self, files: Mapping[str, str]) -> tuple[Desired, Seen]:
        """What follows from an excerpt and is seen of its machines; raises DoubtError if it is refused."""

    def recorded(self, base: Base) -> set[str]:
        """The hosts with records since the base; raises DoubtError if the ledger is another."""

    def state(self, hosts: Iterable[str]) -> LedgerState:
        """What the ledger knows of some hosts."""

    def known(self, digests: Iterable[str]) -> set[str]:
        """Those of the digests whose arguments are remembered."""

    def contents(self, digests: Iterable[str]) -> Mapping[str, str]:
        """Remembered arguments by digest."""


def replan(base: Base, files: Mapping[str, str], present: Present) -> Plan:
    """The same plan as of the whole town; raises DoubtError where only the whole town can tell."""
    return foreseen(base, files, present).plan


def foreseen(base: Base, files: Mapping[str, str], present: Present) -> Foreseen:
    """The plan with the excerpt that it follows from, if that holds all of its hosts."""
    before = sheets(base.files)
    now = sheets(files, before)
    recorded = present.recorded(base)
    lines = edited(before, now)
    if not lines and not recorded:
        return Foreseen(base.plan)
    kept = Relatives(before, now).of(lines, recorded | now.framed_words())
    excerpts = (present.follows(before.excerpt(kept)), present.follows(now.excerpt(kept, LEFT_OUT)))
    step = _Step(base, present, recorded, *excerpts)
    step.judge()
    return step.foreseen(dict(step.shared()))


@dataclass(frozen=True, slots=True)
class _Step:
    """From one excerpt of the town to the next."""

    base: Base
    present: Present
    recorded: set[str]
    excerpt_before: tuple[Desired, Seen]
    excerpt_now: tuple[Desired, Seen]

    @property
    def before(self) -> Desired:
        """What followed from the excerpt."""
        return self.excerpt_before[0]

    @property
    def now(self) -> Desired:
        """What follows from it now."""
        return self.excerpt_now[0]

    def judge(self) -> None:
        """See that the excerpt before says of its PCs what the whole town said."""
        pcs = set(self.before.town.groups.get(WORKSTATIONS, ())) - self.recorded
        units = tuple(unit for unit in self.before.rendering.units if unit.host in pcs)
        again = self._planned(self.excerpt_before[1], replace(self.before.rendering, units=units), pcs)
        if _essence(again.units) != _essence(unit for unit in self.base.plan.units if unit.host in pcs):
            raise DoubtError("the excerpt says something else than the whole town did")

    def foreseen(self, shared: Mapping[Unit, str]) -> Foreseen:
        """The plan, with the excerpt if that holds all of its hosts, and shows all that changes on them."""
        hosts = set(self.before.town.hosts) | set(self.now.town.hosts) | self.recorded
        found = self._planned(self.excerpt_now[1], self.now.rendering, hosts, shared)
        as_before = self._as_before(found, shared)
        found, rendering, applied = self._with_changes(found, shared, as_before)
        plan = self._joined(found, hosts)
        if plan.is_empty:
            return Foreseen(plan)
        whole = self._policed(shared)
        self._judge_rules(whole)
        told = {*plan.hosts, *(host for host, _ in plan.unverified)}
        is_inside = told <= set(self.now.town.hosts) and len(plan.hosts) <= MANY
        is_beyond = any(name in shared and name not in as_before for name in map(_name, plan.units))
        if not is_inside or is_beyond:
            return Foreseen(plan)
        side = Side(self.now.town, self.now.intent, rendering, {}, whole)
        return Foreseen(plan, side, applied, self._last_firewall(plan))

    def _as_before(self, found: Plan, shared: Mapping[Unit, str]) -> frozenset[Unit]:
        """The units that were last applied in the state of the base; another may change what is left out."""
        due = {_name(unit): unit.arguments for unit in self.base.plan.units}

        def digest_before(unit: PlannedUnit) -> str:
            if unit.host in self.recorded:
                return digest(joined(self.base.shared[_name(unit)]))
            return due.get(_name(unit), unit.previous)

        own = (unit for unit in found.units if _name(unit) in shared)
        return frozenset(_name(unit) for unit in own if unit.previous == digest_before(unit))

    def _policed(self, shared: Mapping[Unit, str]) -> Policed:
        from orchestrator.replan.whole_policy import first_firewall, policed

        first = first_firewall(self.now)
        firewall = json.loads(shared[first]) if first else None
        return policed(self.base, self.before.town, self.now, firewall)

    def _judge_rules(self, whole: Policed) -> None:
        """See that the town keeps its rules; one that it breaks is told in the lines of the whole town."""
        from orchestrator.flows.rules import violations

        before, now = (_bearing(wanted) for wanted in (self.before, self.now))
        if before != now and whole.firewall and violations(whole.town, whole.firewall, whole.hosts):
            raise DoubtError("a rule is broken")

    def _last_firewall(self, plan: Plan) -> str:
        last = next((unit.previous for unit in plan.units if unit.role == FIREWALL), "")
        return self.present.contents({last}).get(last, "") if last else ""

    def _joined(self, found: Plan, hosts: set[str]) -> Plan:
        """The base's plan with the units of the excerpt's hosts replaced."""
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
        self, seen: Seen, rendering: Rendering, hosts: set[str], texts: Mapping[Unit, str] | None = None
    ) -> Plan:
        return plan(rendering, self.present.code, self.present.state(hosts), seen, texts)

    def shared(self) -> Iterable[tuple[Unit, str]]:
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

    def _with_changes(
        self, found: Plan, shared: Mapping[Unit, str], as_before: frozenset[Unit]
    ) -> tuple[Plan, Rendering, Mapping[Unit, str]]:
        """The plan with its changes, and what was compared: the rendering, and last arguments by unit.

        Differences between excerpts are those of the whole town, where it was applied as it was before.
        """
        before, now = _arguments(self.before), _arguments(self.now)
        known = self.present.known(unit.previous for unit in found.units if unit.previous)
        applied: dict[str, str] = {}
        rendered: dict[Unit, Mapping[str, object]] = {}
        wanted: set[str] = set()
        for unit in found.units:
            name = _name(unit)
            arguments = now[name]
            if name in as_before:
                applied[unit.previous] = canonical(before[name])
            else:
                wanted.add(unit.previous)
                arguments = json.loads(shared[name]) if name in shared else arguments
            rendered[name] = arguments
        applied = {key: text for key, text in applied.items() if key in known}
        applied.update(self.present.contents(wanted & known))
        units = (
            replace(unit, arguments=rendered.get((unit.host, unit.role), unit.arguments))
            for unit in self.now.rendering.units
        )
        rendering = replace(self.now.rendering, units=tuple(units))
        last = {
            (unit.host, unit.role): applied[unit.previous] for unit in found.units if unit.previous in applied
        }
        return with_changes(found, rendering, applied), rendering, last


def _name(unit: PlannedUnit) -> Unit:
    return unit.host, unit.role


def _arguments(wanted: Desired) -> dict[Unit, Mapping[str, object]]:
    return {(unit.host, unit.role): unit.arguments for unit in wanted.rendering.units}


def _bearing(wanted: Desired) -> tuple[object, ...]:
    """What the town's rules are about: who is where, in which groups, and the firewalls."""
    hosts = {(host.name, host.address, host.groups) for host in wanted.town.hosts.values()}
    walls = [canonical(unit.arguments) for unit in wanted.rendering.units if unit.role == FIREWALL]
    return hosts, walls


def _essence(units: Iterable[PlannedUnit]) -> set[tuple[str, str, str, str]]:
    return {(unit.host, unit.role, unit.key, unit.reason) for unit in units}
