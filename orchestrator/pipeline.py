"""The whole program read aloud: load, derive, render, plan, apply, verify, record."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.code import code_digests
from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.devices import Switches, survey_devices
from orchestrator.apply.lock import locked, who
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.run import Order, Tools
from orchestrator.apply.secrets import vault_files
from orchestrator.apply.settle import UNPROVEN, checked_units, retired, settled
from orchestrator.apply.survey import pinned, survey
from orchestrator.desired import Desired, desired
from orchestrator.model.outcome import APPLIED, Outcome
from orchestrator.model.plan import CodeDigests, Observation, Plan
from orchestrator.model.record import Entry
from orchestrator.model.rendering import UnitRendering
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, current_keys, digest
from orchestrator.plan.units import FRESH
from orchestrator.reach import Ssh, write_ssh_config
from orchestrator.record import Ledger
from orchestrator.record.place import build_directory, ledger_path, lock_path
from orchestrator.record.rebuild import entries_of_stamps
from orchestrator.report.handover import HandOver, hand_over
from orchestrator.role_specs import hold
from orchestrator.verify import verify

WORKSTATION = "workstation"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is wanted, what is known, and what follows."""

    root: Path
    wanted: Desired
    code: CodeDigests
    observed: Mapping[str, Observation]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Options:
    """How an apply goes about it; `ask_everyone` also reads the stamps of hosts outside of the plan."""

    observer: Observer = field(default_factory=Nobody)
    ask_everyone: bool = False
    accelerate: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """One finished apply: what became of the units, what the checks found, and its record in the ledger."""

    prospect: Prospect
    outcome: Outcome
    verdict: Verdict
    record: int

    @property
    def succeeded(self) -> bool:
        """Whether every unit was applied and every check held."""
        return self.outcome.succeeded and self.verdict.passed

    @property
    def retired(self) -> tuple[str, ...]:
        """The hosts that are retired now: whatever named them was applied without them, and proven."""
        return self.prospect.plan.unwanted if self.succeeded else ()


def look(root: Path) -> Prospect:
    """Plan from the inventory, the ledger and the pinned host keys; no machine is asked."""
    wanted = desired(root)
    known = pinned(wanted.town, wanted.intent)
    return _planned(Prospect(root, wanted, code_digests(wanted.catalogue), known, Plan("", ())))


def look_closer(prospect: Prospect, hosts: Iterable[str]) -> Prospect:
    """Ask hosts who they are and what they carry, and plan again; a pending device needs no asking."""
    named, pending = set(hosts), set(prospect.plan.hosts)
    units = [unit for unit in prospect.wanted.rendering.units if unit.role in DEVICES]
    said = survey(_ssh(prospect), named - {unit.host for unit in units}, prospect.observed)
    due = [unit for unit in units if unit.host in named - pending]
    shown = survey_devices(Switches(), due, prospect.observed)
    return _planned(replace(prospect, observed={**prospect.observed, **said, **shown}))


def apply_town(root: Path, agreed: Callable[[Prospect], bool], options: Options) -> Done | None:
    """Bring the machines to what the inventory says; nothing happens unless the plan is agreed to."""
    with locked(lock_path(desired(root).town), f"townhall apply -i {root}"):
        prospect = look(root)
        asked = prospect.wanted.intent.placements if options.ask_everyone else prospect.plan.hosts
        prospect = look_closer(prospect, asked)
        if prospect.plan.is_empty or not agreed(prospect):
            return None
        return carry_out(prospect, options)


def carry_out(prospect: Prospect, options: Options) -> Done:
    """Apply the plan, check what it touched, and record both.

    After an unfinished run the checks of the town as a whole wait for the next one: they need its other half.
    """
    town, rendering = prospect.wanted.town, prospect.wanted.rendering
    hold(replace(rendering, units=_pending(prospect)))
    with closing(Ledger(ledger_path(town))) as ledger:
        order = _order(prospect, options)
        ledger.append([_beginning(prospect, order.run)], _arguments(prospect))
        tools = Tools(_ssh(prospect), ledger, observer=options.observer)
        outcome = apply(prospect.plan, rendering, prospect.code, order, tools)
        units = checked_units(prospect.plan, outcome)
        scope = "town" if outcome.succeeded else "role"
        verdict = prove(prospect, Selection(units=units, scope=scope), options.observer)
        entries = settled(units, verdict, ledger.state(), order.run)
        ledger.append(entry for entry in entries if outcome.succeeded or entry.kind == UNPROVEN)
        if outcome.succeeded and verdict.passed:
            ledger.append(retired(prospect.plan.unwanted, ledger.state(), order.run))
        record = ledger.append([_end(outcome, verdict, order.run)])
    return Done(prospect, outcome, verdict, record)


def prove(prospect: Prospect, selection: Selection, observer: Observer) -> Verdict:
    """Try the selected checks on the machines."""
    return verify(prospect.wanted, prospect.root, selection, observer.check_finished)


def rebuild_ledger(root: Path) -> int:
    """Remember what every machine's stamps say; return how many units were found."""
    prospect = look(root)
    prospect = look_closer(prospect, prospect.wanted.intent.placements)
    keys = current_keys(prospect.wanted.rendering, prospect.code)
    run = _name_of_run()
    with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
        entries = entries_of_stamps(prospect.observed, keys, run)
        ledger.append(entries, _arguments(prospect))
    return len(entries)


def _planned(prospect: Prospect) -> Prospect:
    rendering = prospect.wanted.rendering
    with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
        pending = plan(rendering, prospect.code, ledger.state(), prospect.observed)
        applied = ledger.contents(unit.previous for unit in pending.units if unit.previous)
    return replace(prospect, plan=with_changes(pending, rendering, applied))


def _ssh(prospect: Prospect) -> Ssh:
    town = prospect.wanted.town
    config = write_ssh_config(town, prospect.wanted.intent)
    return Ssh(config, become=town.connection.user != "root")


def _order(prospect: Prospect, options: Options) -> Order:
    town, run = prospect.wanted.town, _name_of_run()
    return Order(
        run=run,
        folder=build_directory(town) / "runs" / run,
        observed=prospect.observed,
        vault_files=vault_files((unit.arguments for unit in _pending(prospect)), town.secrets, prospect.root),
        accelerate=options.accelerate,
        leased={
            reservation.host: str(reservation.address)
            for subnet in prospect.wanted.intent.subnets
            for reservation in subnet.reservations
        },
    )


def _name_of_run() -> str:
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"


def _arguments(prospect: Prospect) -> dict[str, str]:
    """Return the arguments of every pending unit as JSON by digest, secrets as references."""
    texts = map(canonical, (unit.arguments for unit in _pending(prospect)))
    return {digest(text): text for text in texts}


def _pending(prospect: Prospect) -> tuple[UnitRendering, ...]:
    pending = {(unit.host, unit.role) for unit in prospect.plan.units}
    return tuple(unit for unit in prospect.wanted.rendering.units if (unit.host, unit.role) in pending)


def _beginning(prospect: Prospect, run: str) -> Entry:
    units = [[unit.host, unit.role, unit.reason] for unit in prospect.plan.units]
    details = {"who": who(), "inventory": str(prospect.root), "units": units}
    return Entry("run", run, details=json.dumps(details, ensure_ascii=False))


def _end(outcome: Outcome, verdict: Verdict, run: str) -> Entry:
    details = {
        "units": dict(Counter(unit.state for unit in outcome.units)),
        "checks": len(verdict.checks),
        "failed_checks": len(verdict.failures),
        "seconds": round(outcome.seconds, 1),
    }
    return Entry("end", run, details=json.dumps(details, ensure_ascii=False))


def handed_over(done: Done) -> list[HandOver]:
    """Return the hand-over summary of every PC that was set up from nothing and proven."""
    wanted = done.prospect.wanted
    fresh = {
        one.unit.host
        for one in done.outcome.units
        if one.unit.role == WORKSTATION and one.state == APPLIED and one.unit.reason in FRESH
    }
    failed = {one.unit.host for one in done.outcome.units if one.state != APPLIED}
    return [
        hand_over(wanted.town, wanted.intent, host, done.verdict.checks, done.record)
        for host in sorted(fresh - failed)
    ]
