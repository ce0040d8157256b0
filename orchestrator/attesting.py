"""Attest what a run left on its hosts: each host is asked once before, if it was known, and once after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.witness import question, testimony
from orchestrator.drift import differences, remembered
from orchestrator.model.drift import Attestation, Spot, Testimony, Watch
from orchestrator.model.outcome import APPLIED, Outcome
from orchestrator.model.record import Entry
from orchestrator.model.rendering import Rendering
from orchestrator.plan.keys import digest
from orchestrator.reach import PROJECT, Shell
from orchestrator.record import Ledger
from orchestrator.record.attestations import attestation_of, attestation_text

ATTESTED = "attested"
AT_ONCE, PATIENCE_SECONDS = 32, 30
_WITH_TEXT = frozenset({"file", "nft", "nft_tables"})
Questions = Mapping[str, Mapping[Spot, str | None]]


def attestations(ledger: Ledger, hosts: Iterable[str]) -> dict[str, Attestation]:
    """Return how the last run left each host that was ever attested."""
    wanted, known = set(hosts), ledger.attested()
    named = {host: one for host, one in known.items() if host in wanted}
    texts = ledger.contents(named.values())
    return {host: attestation_of(texts[one]) for host, one in named.items() if one in texts}


def ask(
    shell: Shell, questions: Questions, heard: Callable[[str], None] = lambda _: None
) -> dict[str, Testimony]:
    """Ask hosts at once, each over one connection; `heard` is told each host that has answered."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {
            pool.submit(shell.run_all, {host: question(watch)}, PATIENCE_SECONDS): host
            for host, watch in questions.items()
        }
        found = {}
        for future in as_completed(asked):
            host = asked[future]
            found[host] = testimony(future.result()[host])
            heard(host)
    return found


def hints(attestation: Attestation) -> dict[Spot, str | None]:
    """Return every spot of a host with what is known: a text comes back only where it is another."""
    return {
        spot: None if one.sealed else _hint(spot, one.value) for spot, (_, one) in attestation.spots().items()
    }


def _hint(spot: Spot, value: object) -> str | None:
    known = value if isinstance(value, dict) else {}
    if spot.kind == "package":
        return str(known.get("version", ""))
    return str(known.get("digest", "")) if spot.kind in _WITH_TEXT else None


@dataclass(frozen=True, slots=True)
class Attestor:
    """Attests the hosts of one run."""

    shell: Shell
    ledger: Ledger
    rendering: Rendering
    project: Path = PROJECT

    def before(self, hosts: Iterable[str]) -> dict[str, Testimony]:
        """Return how hosts stand before a run; a host without an attestation is not asked."""
        known = attestations(self.ledger, hosts)
        return ask(self.shell, {host: dict.fromkeys(one.spots()) for host, one in known.items()})

    def drifted(self, before: Mapping[str, Testimony]) -> set[tuple[str, str]]:
        """Return host and role of the units that were changed by hand before a run."""
        known = attestations(self.ledger, before)
        return {
            (host, one.role)
            for host, said in before.items()
            if said.reached
            for one in differences(host, known[host], said, {})
        }

    def after(self, outcome: Outcome, before: Mapping[str, Testimony]) -> None:
        """Ask the hosts of a finished run and remember how they stand now."""
        applied = {(one.unit.host, one.unit.role) for one in outcome.units if one.state == APPLIED}
        touched = {one.unit.host for one in outcome.units if one.unit.role not in DEVICES}
        self.remember(outcome.run, touched, applied, before)

    def catch_up(self, run: str) -> None:
        """Remember how units stand that an earlier run applied and did not live to attest, and no others."""
        units = {unit for unit in self.ledger.unattested() if unit[1] not in DEVICES}
        hosts = {host for host, _ in units} & {unit.host for unit in self.rendering.units}
        self.remember(run, hosts, units, self.before(hosts))

    def remember(
        self,
        run: str,
        hosts: Iterable[str],
        applied: Iterable[tuple[str, str]],
        before: Mapping[str, Testimony],
        anew: bool = False,
    ) -> dict[str, Testimony]:
        """Attest hosts with these units as applied, `anew` whatever was earlier; return the answers."""
        from orchestrator.apply.watched import watched

        named, earlier = set(applied), {} if anew else attestations(self.ledger, hosts)
        watches: dict[str, dict[str, tuple[Watch, ...]]] = {host: {} for host in hosts}
        for unit in self.rendering.units:
            if (unit.host, unit.role) in named and unit.host in watches:
                watches[unit.host][unit.role] = watched(unit.role, unit.arguments, self.project)
        questions = {
            host: questions_of(roles, earlier.get(host))
            for host, roles in watches.items()
            if roles or host in earlier
        }
        said = ask(self.shell, questions)
        entries, contents = list[Entry](), dict[str, str]()
        for host, after in sorted(said.items()):
            if after.reached:
                kept = remembered(watches[host], earlier.get(host), before.get(host), after)
                text = attestation_text(kept)
                contents |= {digest(text): text, **_texts(after)}
                details = json.dumps({"attestation": digest(text)})
                entries.append(Entry(ATTESTED, run, host, details=details))
        if entries:
            self.ledger.append(entries, contents)
        return said


def questions_of(roles: Mapping[str, Iterable[Watch]], earlier: Attestation | None) -> dict[Spot, str | None]:
    """Return what to ask a host of which these roles were applied; texts that are kept already stay there."""
    known = hints(earlier) if earlier else {}
    new = {
        watch.spot: None if watch.sealed else "" if watch.spot.kind in _WITH_TEXT else None
        for watches in roles.values()
        for watch in watches
    }
    return {**new, **{spot: hint for spot, hint in known.items() if new.get(spot, "") is not None}}


def _texts(after: Testimony) -> dict[str, str]:
    """The texts that came with an answer, by digest."""
    values = (value for value in after.seen.values() if isinstance(value, dict) and "text" in value)
    return {str(value["digest"]): str(value["text"]) for value in values}
