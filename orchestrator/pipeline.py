"""The whole program read aloud: load, derive, render, plan, apply, verify, record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.code import code_digests
from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.devices import survey_devices
from orchestrator.apply.lock import locked, who
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.run import Order, Tools
from orchestrator.apply.secrets import vault_files
from orchestrator.apply.settle import UNPROVEN, checked_units, retired, settled
from orchestrator.apply.survey import pinned, survey
from orchestrator.desired import Desired, desired, following
from orchestrator.ground import Wish, stand
from orchestrator.load import load_files
from orchestrator.load.files import right_files
from orchestrator.machines import Machines
from orchestrator.model.ground import Ground
from orchestrator.model.outcome import APPLIED, Outcome
from orchestrator.model.plan import CodeDigests, Observation, Plan
from orchestrator.model.record import Entry
from orchestrator.model.rendering import UnitRendering
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, current_keys, digest
from orchestrator.plan.units import FRESH
from orchestrator.reach import Shell, write_ssh_config
from orchestrator.record import Ledger
from orchestrator.record.place import build_directory, ledger_path, lock_path
from orchestrator.record.rebuild import entries_of_stamps
from orchestrator.record.runs import beginning, texts_of
from orchestrator.report.handover import HandOver, hand_over
from orchestrator.role_specs import hold

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
    """How an apply goes about it; `ask_everyone` also reads the stamps of hosts outside of the plan.

    `ground` says on what it stands; without it the inventory must be merged as it lies there, or be a lab's.
    """

    observer: Observer = field(default_factory=Nobody)
    ask_everyone: bool = False
    accelerate: bool = False
    wish: Wish = field(default_factory=Wish)
    ground: Ground | None = None
    machines: Machines = field(default_factory=Machines)


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


def look(root: Path, wanted: Desired | None = None) -> Prospect:
    """Plan from the inventory, the ledger and the pinned host keys; no machine is asked."""
    wanted = wanted or desired(root)
    known = pinned(wanted.town, wanted.intent)
    return _planned(Prospect(root, wanted, code_digests(wanted.catalogue), known, Plan("", ())))


def look_closer(prospect: Prospect, hosts: Iterable[str], machines: Machines | None = None) -> Prospect:
    """Ask hosts who they are and what they carry, and plan again; a pending device needs no asking."""
    machines = machines or Machines()
    named, pending = set(hosts), set(prospect.plan.hosts)
    units = [unit for unit in prospect.wanted.rendering.units if unit.role in DEVICES]
    said = survey(_shell(prospect, machines), named - {unit.host for unit in units}, prospect.observed)
    due = [unit for unit in units if unit.host in named - pending]
    shown = survey_devices(machines.devices, due, prospect.observed)
    return _planned(replace(prospect, observed={**prospect.observed, **said, **shown}))


def apply_town(root: Path, agreed: Callable[[Prospect], bool], options: Options) -> Done | None:
    """Bring the machines to what the inventory says; nothing happens unless the plan is agreed to."""
    town = load_files(options.ground.files, root) if options.ground else desired(root).town
    with locked(lock_path(town), f"townhall apply -i {root}"):
        wanted, ground = _standing(root, options)
        prospect = look(root, wanted)
        asked = prospect.wanted.intent.placements if options.ask_everyone else prospect.plan.hosts
        prospect = look_closer(prospect, asked, options.machines)
        if prospect.plan.is_empty or not agreed(prospect):
            return None
        return carry_out(prospect, replace(options, ground=ground))


def _standing(root: Path, options: Options) -> tuple[Desired, Ground]:
    """What is wanted, and the ground on which that may be applied; raises Refused where there is none."""
    if options.ground:
        return following(load_files(options.ground.files, root)), options.ground
    files = right_files(root)
    town = load_files(files, root, date.today())
    return following(town), stand(root, options.wish, town, files)


def carry_out(prospect: Prospect, options: Options) -> Done:
    """Apply the plan, check what it touched, and record both.

    After an unfinished run the checks of the town as a whole wait for the next one: they need its other half.
    """
    town, rendering = prospect.wanted.town, prospect.wanted.rendering
    hold(replace(rendering, units=_pending(prospect)))
    with closing(Ledger(ledger_path(town))) as ledger:
        order = _order(prospect, options)
        ground, machines = options.ground or Ground(""), options.machines
        opening = beginning(prospect.plan, ground, order.run, who(), str(prospect.root))
        ledger.append([opening], {**_arguments(prospect), **texts_of(ground)})
        shell = _shell(prospect, machines)
        tools = Tools(shell, ledger, machines.ansible, machines.devices, options.observer)
        outcome = apply(prospect.plan, rendering, prospect.code, order, tools)
        units = checked_units(prospect.plan, outcome)
        scope = "town" if outcome.succeeded else "role"
        selection = Selection(units=units, scope=scope)
        verdict = prove(prospect, selection, options.observer, machines)
        entries = settled(units, verdict, ledger.state(), order.run)
        ledger.append(entry for entry in entries if outcome.succeeded or entry.kind == UNPROVEN)
        if outcome.succeeded and verdict.passed:
            ledger.append(retired(prospect.plan.unwanted, ledger.state(), order.run))
        record = ledger.append([_end(outcome, verdict, order.run)])
    return Done(prospect, outcome, verdict, record)


def prove(
    prospect: Prospect, selection: Selection, observer: Observer, machines: Machines | None = None
) -> Verdict:
    """Try the selected checks on the machines."""
    trial = (machines or Machines()).trial
    return trial(prospect.wanted, prospect.root, selection, observer.check_finished)


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


def _shell(prospect: Prospect, machines: Machines) -> Shell:
    town = prospect.wanted.town
    config = write_ssh_config(town, prospect.wanted.intent)
    return machines.shell(config, town.connection.user != "root")


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
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"


def _arguments(prospect: Prospect) -> dict[str, str]:
    """Return the arguments of every pending unit as JSON by digest, secrets as references."""
    texts = map(canonical, (unit.arguments for unit in _pending(prospect)))
    return {digest(text): text for text in texts}


def _pending(prospect: Prospect) -> tuple[UnitRendering, ...]:
    pending = {(unit.host, unit.role) for unit in prospect.plan.units}
    return tuple(unit for unit in prospect.wanted.rendering.units if (unit.host, unit.role) in pending)


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
