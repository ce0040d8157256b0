"""The whole program read aloud: load, derive, render, plan, apply, verify, record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.artifacts import private
from orchestrator.apply.code import code_digests
from orchestrator.apply.crash import as_told
from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.devices import survey_devices
from orchestrator.apply.doubt import doubtful, resolved, unready
from orchestrator.apply.fences import fenced
from orchestrator.apply.host_keys import hold_host_keys
from orchestrator.apply.lock import locked, who
from orchestrator.apply.observer import Nobody, Observer
from orchestrator.apply.packages import broken_off, mend_packages
from orchestrator.apply.room import need_room
from orchestrator.apply.secrets import vault_files
from orchestrator.apply.settle import UNPROVEN, checked_units, retired, settled
from orchestrator.apply.survey import pinned, survey
from orchestrator.apply.survivors import wait_for_survivors
from orchestrator.apply.tools import Order, Tools
from orchestrator.attesting import Attestor
from orchestrator.cut_off import begun_on, close, cut_off, rest_of
from orchestrator.desired import Desired, collector_at_rest, desired, following
from orchestrator.fenced_off import fencing, keeper
from orchestrator.flows.rules import hold_rules
from orchestrator.ground import Footing, stand
from orchestrator.hands import Hands
from orchestrator.held_back import hold_back
from orchestrator.kept_out import Ward
from orchestrator.load import load, load_files
from orchestrator.load.files import right_files
from orchestrator.model.ground import Ground
from orchestrator.model.interrupted import Interrupted
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import Observation, Plan
from orchestrator.model.quarantine import Quarantined
from orchestrator.model.rendering import UnitRendering
from orchestrator.model.town import Town
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.plan import plan, with_changes
from orchestrator.plan.bounds import tolerated
from orchestrator.plan.consent import Consent
from orchestrator.plan.drifted import with_every_handler
from orchestrator.plan.keys import canonical, current_keys, digest
from orchestrator.plan.probes import Probe
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger
from orchestrator.record.place import build_directory, ledger_path, lock_path
from orchestrator.record.quarantine import quarantined
from orchestrator.record.rebuild import entries_of_stamps
from orchestrator.record.runs import Opening, beginning, ending, texts_of
from orchestrator.role_specs import hold
from orchestrator.second_probe import second_probes


@dataclass(frozen=True, slots=True)
class Options:
    """How an apply goes about it; `ask_everyone` also reads the stamps of hosts outside of the plan.

    It stands on `ground`, or where that is none on what `footing` asks for. `only_rest` does no more than
    what a run left that was cut off, on that run's ground; `cut_off` is told of such a run, `tell` what
    a person should know meanwhile, `kept_out` of each host that stays in quarantine. `narrow` may leave
    things out of what is pending; `released` hosts come out of quarantine whatever they say. Whoever wants
    the same machines meanwhile is told what this is `doing`: the command, and a person's reason.
    """

    observer: Observer = field(default_factory=Nobody)
    ask_everyone: bool = False
    accelerate: bool = False
    consent: Consent = field(default_factory=Consent)
    footing: Footing = field(default_factory=Footing)
    ground: Ground | None = None
    only_rest: bool = False
    cut_off: Callable[[Interrupted], None] = lambda _: None
    tell: Callable[[str], None] = lambda _: None
    kept_out: Callable[[Quarantined], None] = lambda _: None
    released: frozenset[str] = frozenset()
    narrow: Callable[[Prospect], Prospect] = lambda prospect: prospect
    hands: Hands = field(default_factory=Hands)
    doing: str = "townhall apply"


@dataclass(frozen=True, slots=True)
class Done:
    """One finished apply: what became of the units, what the checks found, and its record in the ledger.

    `quarantined` are the hosts in quarantine at its end: those that were left out, and those of this run.
    """

    prospect: Prospect
    outcome: Outcome
    verdict: Verdict
    record: int
    quarantined: tuple[Quarantined, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every unit was applied, every check held, and no host that was asked is a stranger."""
        return self.outcome.succeeded and self.verdict.passed and not self.prospect.rejected

    @property
    def retired(self) -> tuple[str, ...]:
        """The hosts that are retired now: whatever named them was applied without them, and proven."""
        return self.prospect.plan.unwanted if self.outcome.succeeded and self.verdict.passed else ()


def look(root: Path, wanted: Desired | None = None) -> Prospect:
    """Plan from the inventory, the ledger and the pinned host keys; no machine is asked."""
    wanted = wanted or desired(root)
    known = pinned(wanted.town, wanted.intent)
    return planned(Prospect(root, wanted, code_digests(wanted.catalogue), known, Plan("", ())))


def lawful(prospect: Prospect) -> Prospect:
    """Return the prospect; raises Refused with every rule that a firewall of the town would break."""
    hold_rules(prospect.wanted.town, prospect.wanted.rendering)
    return prospect


def look_closer(prospect: Prospect, hosts: Iterable[str], hands: Hands | None = None) -> Prospect:
    """Ask hosts who they are and what they carry, and plan again; a pending device needs no asking."""
    hands = hands or Hands()
    named, pending = set(hosts), set(prospect.plan.hosts)
    units = [unit for unit in prospect.wanted.rendering.units if unit.role in DEVICES]
    said = survey(hands.shell(prospect.wanted), named - {unit.host for unit in units}, prospect.observed)
    due = [unit for unit in units if unit.host in named - pending]
    shown = survey_devices(hands.devices, due, prospect.observed)
    return planned(replace(prospect, observed={**prospect.observed, **said, **shown}))


def apply_town(root: Path, agreed: Callable[[Prospect], bool], options: Options) -> Done | None:
    """Bring the machines to what the inventory says; nothing happens unless the plan is agreed to.

    After a run that was cut off, units whose end nobody saw are checked first.
    """
    town = load_files(options.ground.files, root) if options.ground else load(root, date.today())
    with locked(lock_path(town), f"{options.doing} -i {root}"):
        cut = cut_off(town)
        if cut:
            options.cut_off(cut)
        elif options.only_rest:
            return None
        with collector_at_rest():
            wanted, ground = _standing(root, town, options)
        prospect = lawful(look(root, wanted))
        asked = prospect.wanted.intent.placements if options.ask_everyone else prospect.plan.hosts
        prospect = _without_doubts(look_closer(prospect, asked, options.hands), options)
        if cut and options.only_rest:
            prospect = replace(prospect, plan=rest_of(cut, prospect.plan))
        if prospect.plan.is_empty and cut:
            close(prospect.wanted, cut, options.hands.shell(prospect.wanted))
        with closing(Ledger(ledger_path(town))) as ledger:
            ledger.trust()
            ward = Ward(
                prospect, ledger, options.hands, partial(_prove_meanwhile, prospect, options), options.tell
            )
            prospect = options.narrow(ward.keep_out(options.released, options.kept_out))
            hold_host_keys(prospect.plan.hosts, prospect.observed)
            if prospect.plan.is_empty:
                return None
            hold_back(prospect, ledger, options.consent, options.hands)
            if not agreed(prospect):
                return None
            return carry_out(prospect, ledger, replace(options, ground=ground), cut.run if cut else "")


def _standing(root: Path, town: Town, options: Options) -> tuple[Desired, Ground]:
    """What is wanted, and the ground on which that may be applied; raises Refused where there is none."""
    ground = options.ground or (begun_on(town) if options.only_rest else None)
    if ground:
        return following(load_files(ground.files, root)), ground
    files = right_files(root)
    town = load_files(files, root, date.today())
    return following(town), stand(root, options.footing, town, files, options.tell)


def _without_doubts(prospect: Prospect, options: Options) -> Prospect:
    """Check the units whose end nobody saw, write down what is known of them now, and plan again."""
    wanted, hands = prospect.wanted, options.hands
    with closing(Ledger(ledger_path(wanted.town))) as ledger:
        known = ledger.state()
        units = doubtful(prospect.plan, known)
        if not units:
            return prospect
        names = frozenset((unit.host, unit.role) for unit in units)
        answering = {host for host, seen in prospect.observed.items() if seen.reachable}
        wait_for_survivors(hands.shell(wanted), {host for host, _ in names} & answering, options.tell)
        devices = [unit for unit in wanted.rendering.units if unit.role in DEVICES]
        devices = [unit for unit in devices if (unit.host, unit.role) in names]
        seen = {**prospect.observed, **survey_devices(hands.devices, devices, prospect.observed)}
        reached = frozenset(name for name in names if seen.get(name[0], Observation()).reachable)
        verdict = _prove_meanwhile(prospect, options, Selection(units=reached, scope="role"))
        as_told(ledger).append(resolved(units, known, seen, verdict, name_of_run()))
    return planned(replace(prospect, observed=seen))


def carry_out(prospect: Prospect, ledger: Ledger, options: Options, cut: str = "") -> Done:
    """Apply the plan, check what it touched, and record both.

    `cut` is the run that this one goes on with. After an unfinished run the checks of the town as a whole
    wait for the next one: they need its other half.
    """
    town, rendering = prospect.wanted.town, prospect.wanted.rendering
    hold(replace(rendering, units=_pending(prospect)))
    need_room(prospect.plan.hosts, prospect.observed, (ledger_path(town), build_directory(town)))
    hands, ground = options.hands, options.ground or Ground("")
    shell = hands.shell(prospect.wanted)
    order = _order(prospect, options, second_probes(prospect, ledger, shell))
    behind = fenced(fencing(prospect, order, shell, (options.doing, ground.commit)))
    with private(order.folder), behind as fences:
        mend_packages(shell, broken_off(prospect.plan, ledger.state(prospect.plan.hosts)), options.tell)
        recorder, freeze = as_told(ledger), options.consent.despite_freeze
        opening = Opening(who(), str(prospect.root), ground, freeze, cut, fences.numbers)
        contents = {**_arguments(prospect), **texts_of(ground)}
        recorder.append([beginning(prospect.foreseen, opening, order.run)], contents)
        tools = Tools(
            shell,
            recorder,
            partial(_prove_meanwhile, prospect, options),
            hands.ansible,
            hands.devices,
            options.observer,
            fences=fences,
            tell=options.tell,
        )
        attestor = Attestor(shell, ledger, rendering)
        before = attestor.before(prospect.plan.hosts)
        pending = with_every_handler(prospect.plan, attestor.drifted(before))
        outcome = apply(pending, rendering, prospect.code, order, tools)
        attestor.after(outcome, before)
        if cut:
            attestor.catch_up(order.run)
        units = checked_units(prospect.plan, outcome)
        scope = "town" if outcome.succeeded else "role"
        verdict = _prove_meanwhile(prospect, options, Selection(units=units, scope=scope))
        known = ledger.state({host for host, _ in units})
        entries = settled(units, verdict, known, order.run)
        recorder.append(entry for entry in entries if outcome.succeeded or entry.kind == UNPROVEN)
        if outcome.succeeded and verdict.passed:
            leaving = prospect.plan.unwanted
            recorder.append(retired(leaving, ledger.state(leaving), order.run))
        record = recorder.append([ending(outcome, verdict, order.run)])
    return Done(prospect, outcome, verdict, record, quarantined(ledger))


def prove(prospect: Prospect, options: Options, selection: Selection) -> Verdict:
    """Try the selected checks on the machines."""
    return options.hands.verify(prospect.wanted, prospect.root, selection, options.observer.check_finished)


def _prove_meanwhile(prospect: Prospect, options: Options, selection: Selection) -> Verdict:
    """Try checks while an apply goes on; those of a role expect nothing of what is not done yet."""
    return prove(prospect, options, replace(selection, unready=_unready(prospect)))


def _unready(prospect: Prospect) -> frozenset[tuple[str, str]]:
    """The units that stand in for others, or should, and are not done yet."""
    wanted, roles = prospect.wanted, prospect.code.availability
    units = [(unit.host, unit.role) for unit in wanted.rendering.units if unit.role in roles]
    with closing(Ledger(ledger_path(wanted.town))) as ledger:
        return unready(prospect.plan, units, ledger.state({host for host, _ in units}))


def rebuild_ledger(root: Path) -> int:
    """Remember what every machine's stamps say; return how many units were found."""
    prospect = look(root)
    prospect = look_closer(prospect, prospect.wanted.intent.placements)
    hold_host_keys((), prospect.observed)
    keys = current_keys(prospect.wanted.rendering, prospect.code)
    run = name_of_run()
    with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
        entries = entries_of_stamps(prospect.observed, keys, run)
        ledger.append(entries, _arguments(prospect))
    return len(entries)


def planned(prospect: Prospect) -> Prospect:
    """Plan with what is observed now."""
    rendering = prospect.wanted.rendering
    with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
        pending = plan(rendering, prospect.code, ledger.state(), prospect.observed)
        applied = ledger.contents(unit.previous for unit in pending.units if unit.previous)
    return replace(prospect, plan=with_changes(pending, rendering, applied), applied=applied)


def _order(prospect: Prospect, options: Options, probes: Mapping[str, tuple[Probe, ...]]) -> Order:
    town, run = prospect.wanted.town, name_of_run()
    return Order(
        run=run,
        folder=build_directory(town) / "runs" / run,
        observed=prospect.observed,
        vault_files=vault_files((unit.arguments for unit in _pending(prospect)), town.secrets, prospect.root),
        accelerate=options.accelerate,
        tolerated=tolerated(town.rules, prospect.code.plays),
        keeper=keeper(prospect),
        probes=probes,
        leased={
            reservation.host: str(reservation.address)
            for subnet in prospect.wanted.intent.subnets
            for reservation in subnet.reservations
        },
    )


def name_of_run() -> str:
    """Return a new run's name: its moment."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"


def _arguments(prospect: Prospect) -> dict[str, str]:
    """Return the arguments of every pending unit as JSON by digest, secrets as references."""
    texts = map(canonical, (unit.arguments for unit in _pending(prospect)))
    return {digest(text): text for text in texts}


def _pending(prospect: Prospect) -> tuple[UnitRendering, ...]:
    pending = {(unit.host, unit.role) for unit in prospect.plan.units}
    return tuple(unit for unit in prospect.wanted.rendering.units if (unit.host, unit.role) in pending)
