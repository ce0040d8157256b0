"""Drift of a whole town: ask every machine, say what differs, put back what units answer for, attest anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from orchestrator.apply.code import not_units
from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.devices import Switches
from orchestrator.apply.lock import locked
from orchestrator.attesting import AT_ONCE, Attestor, ask, attestations, hints
from orchestrator.desired import Desired, desired
from orchestrator.drift import differences, in_order, port_differences
from orchestrator.errors import MachineError
from orchestrator.hands import Hands, ssh
from orchestrator.model.drift import Attestation, Difference, Drift, Testimony
from orchestrator.model.plan import LedgerState, Observation
from orchestrator.model.switch import Compared
from orchestrator.pipeline import look_closer, name_of_run, planned
from orchestrator.plan.drifted import only
from orchestrator.plan.units import DONE
from orchestrator.prospect import Prospect
from orchestrator.reach import Shell
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path, lock_path

Heard = Callable[[str], None]


class Devices(Protocol):
    """Compares devices with arguments."""

    def compared(self, arguments: Mapping[str, Any]) -> Compared:
        """The ports as they are beside the wanted ones; raises MachineError where there is no answer."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of hosts: attestations, texts by digest, arguments of devices."""

    state: LedgerState
    attestations: Mapping[str, Attestation]
    texts: Mapping[str, str]
    devices: Mapping[tuple[str, str], Mapping[str, Any]]


def find_drift(root: Path, hosts: Iterable[str] | None = None, heard: Heard = lambda _: None) -> Drift:
    """Ask all hosts, or those named, each over one connection; `heard` is told each that has answered."""
    wanted = desired(root)
    return drift_on(wanted, wanted.intent.placements if hosts is None else hosts, heard)


def drift_on(wanted: Desired, hosts: Iterable[str], heard: Heard = lambda _: None) -> Drift:
    """Ask these hosts of a town, each over one connection."""
    with closing(Ledger(ledger_path(wanted.town))) as ledger:
        known = known_of(wanted, ledger, set(hosts))
    return drift_of(wanted, known, ssh(wanted), Switches(), heard)


def drift_of(wanted: Desired, known: Known, shell: Shell, devices: Devices, heard: Heard) -> Drift:
    """Compare what hosts and devices say with what is known of them."""
    with ThreadPoolExecutor(1) as pool:
        switches = pool.submit(_ask_devices, devices, known.devices, heard)
        said = ask(shell, {host: hints(one) for host, one in known.attestations.items()}, heard)
        found, silent = switches.result()
    for host, one in said.items():
        if one.reached:
            found += differences(host, known.attestations[host], one, known.texts)
        else:
            silent[host] = one.why
    asked = {*said, *(host for host, _ in known.devices)}
    return Drift(
        town=wanted.town.identity.name,
        asked=tuple(sorted(asked)),
        differences=in_order(found, people_behind(wanted)),
        silent=dict(sorted(silent.items())),
        unattested=_unattested(wanted, known),
    )


def known_of(wanted: Desired, ledger: Ledger, hosts: set[str]) -> Known:
    """Read what the ledger knows of hosts that still have a line."""
    with_a_line = hosts & set(wanted.intent.placements)
    state, found = ledger.state(with_a_line), attestations(ledger, with_a_line)
    values = (one.value for attested in found.values() for _, one in attested.spots().values())
    digests = {value["digest"] for value in values if isinstance(value, dict) and value.get("digest")}
    applied = {unit: one.arguments for unit, one in state.units.items() if unit[1] in DEVICES}
    arguments = ledger.contents(applied.values())
    return Known(state, found, ledger.contents(digests), _read(applied, arguments))


def _read(
    applied: Mapping[tuple[str, str], str], texts: Mapping[str, str]
) -> dict[tuple[str, str], Mapping[str, Any]]:

    return {unit: json.loads(texts[digest]) for unit, digest in applied.items() if digest in texts}


def _unattested(wanted: Desired, known: Known) -> tuple[str, ...]:
    """Hosts with an applied unit that nobody looked at afterwards."""
    rendered = {(unit.host, unit.role) for unit in wanted.rendering.units if unit.role not in DEVICES}
    bare = Attestation("", {})
    return tuple(
        sorted(
            {
                host
                for (host, role), state in known.state.units.items()
                if state.event in DONE
                and (host, role) in rendered
                and role not in known.attestations.get(host, bare).units
            }
        )
    )


def _ask_devices(
    devices: Devices, arguments: Mapping[tuple[str, str], Mapping[str, Any]], heard: Heard
) -> tuple[list[Difference], dict[str, str]]:
    found, silent = list[Difference](), dict[str, str]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {pool.submit(devices.compared, values): unit for unit, values in arguments.items()}
        for future in as_completed(asked):
            host, role = asked[future]
            try:
                found += port_differences(host, role, future.result())
            except MachineError as error:
                silent[host] = str(error)
            heard(host)
    return found, silent


def people_behind(wanted: Desired) -> dict[str, int]:
    """How many people feel it when a host is not right: its own person, or else everyone."""
    everyone = sum(not person.left for person in wanted.town.people.values())
    return {host: 1 if one.person else everyone for host, one in wanted.intent.placements.items()}


def reverting(drift: Drift, hands: Hands | None = None) -> Callable[[Prospect], Prospect]:
    """Return what leaves of a prospect the units whose spots were changed by hand, and no others."""
    drifted: dict[str, dict[str, list[str]]] = {}
    for one in drift.differences:
        if one.managed:
            drifted.setdefault(one.host, {}).setdefault(one.role, []).append(one.words)
    return lambda prospect: narrowed(look_closer(prospect, drifted, hands), drifted)


def narrowed(prospect: Prospect, drifted: Mapping[str, Mapping[str, list[str]]]) -> Prospect:
    """Plan the drifted units alone, each with what was changed in it."""
    seen = {
        host: replace(prospect.observed.get(host, Observation()), drifted=frozenset(roles))
        for host, roles in drifted.items()
    }
    full = planned(replace(prospect, observed={**prospect.observed, **seen}))
    return replace(full, plan=only(full.plan, drifted))


def attest(root: Path, hosts: Iterable[str] | None = None) -> dict[str, Testimony]:
    """Take what stands on hosts now as right, whatever was attested earlier; return the answers."""
    wanted = desired(root)
    named = set(wanted.intent.placements if hosts is None else hosts)
    roles = {unit.role for unit in wanted.rendering.units}
    left_out = DEVICES | not_units(roles)
    units = [
        (unit.host, unit.role)
        for unit in wanted.rendering.units
        if unit.host in named and unit.role not in left_out
    ]
    lock = locked(lock_path(wanted.town), f"townhall drift --attest -i {root}")
    with lock, closing(Ledger(ledger_path(wanted.town))) as ledger:
        attestor = Attestor(ssh(wanted), ledger, wanted.rendering)
        return attestor.remember(name_of_run(), {host for host, _ in units}, units, {}, anew=True)
