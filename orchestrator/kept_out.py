"""Hosts in quarantine stay out of every run until they are as they should be, or a person says so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace

from orchestrator.apply.devices import ROLES as DEVICES
from orchestrator.apply.devices import settled
from orchestrator.apply.lock import BusyError, locked
from orchestrator.apply.way_back import STUCK, Asker
from orchestrator.errors import UsageError
from orchestrator.hands import Hands
from orchestrator.model.quarantine import Quarantined
from orchestrator.model.verdict import Selection, Verdict
from orchestrator.prospect import Prospect
from orchestrator.reach import anew
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path, lock_path
from orchestrator.record.quarantine import quarantined, release
from orchestrator.report.quarantine_text import released_text

Kept = tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Ward:
    """A town's quarantine; `prove` tries the checks of a unit, `tell` hears who comes out."""

    prospect: Prospect
    ledger: Ledger
    hands: Hands
    prove: Callable[[Selection], Verdict]
    tell: Callable[[str], None]

    def keep_out(self, released: Collection[str], heard: Callable[[Quarantined], None]) -> Prospect:
        """Leave out of the plan who stays in quarantine, and let `heard` know; `released` hosts come out.

        Nothing is retired meanwhile: what named the retired may still stand on a host that is left out.
        Raises UsageError where a host is to be released that is not in quarantine.
        """
        self._release(released)
        kept = self.release_well(quarantined(self.ledger))
        for one in kept:
            heard(one)
        return self._without({one.host for one in kept}) if kept else self.prospect

    def release_well(self, kept: Kept) -> Kept:
        """Let out those that answer, have nothing to take back and whose checks hold; return the others."""
        back, out = self._back({one.host for one in kept}), list[Quarantined]()
        for one in kept:
            unit = frozenset({(one.host, one.role)})
            if one.host in back and self.prove(Selection(units=unit, scope="role")).passed:
                self._let_out(one, "it answers, has nothing to take back and its checks hold")
            else:
                out.append(one)
        return tuple(out)

    def _without(self, hosts: set[str]) -> Prospect:
        plan = self.prospect.plan
        pending = {(unit.host, unit.role) for unit in plan.units} | set(plan.unverified)
        left = plan.only({unit for unit in pending if unit[0] not in hosts})
        joining = tuple(host for host in plan.joining if host not in hosts)
        return replace(self.prospect, plan=replace(left, unwanted=(), joining=joining))

    def _release(self, hosts: Collection[str]) -> None:
        kept = {one.host: one for one in quarantined(self.ledger)} if hosts else {}
        if unknown := sorted({*hosts} - kept.keys()):
            raise UsageError(f"not in quarantine: {', '.join(unknown)}")
        for host in sorted(hosts):
            self._let_out(kept[host], "a person said so")

    def _back(self, names: set[str]) -> set[str]:
        """Those that answer and have nothing to take back."""
        wanted = self.prospect.wanted
        devices = [one for one in wanted.rendering.units if one.host in names and one.role in DEVICES]
        asked = sorted(names - {unit.host for unit in devices})
        words = Asker(anew(self.hands.shell(wanted))).words(asked).items()
        hosts = {host for host, said in words if all(word.state not in STUCK for word in said.values())}
        return hosts | settled(self.hands.devices, devices)

    def _let_out(self, one: Quarantined, why: str) -> None:
        self.ledger.append([release(one.host, one.run, why)])
        self.tell(released_text(one.host, why))


def verified(
    prospect: Prospect, selection: Selection, verdict: Verdict, hands: Hands, tell: Callable[[str], None]
) -> Kept:
    """After a verification, let out whom it shows to be well; return who stays of those it was about.

    It judges only units of which it tried every check.
    """
    town = prospect.wanted.town

    def found(asked: Selection) -> Verdict:
        hosts = {host for host, _ in asked.units or ()}
        return Verdict(tuple(check for check in verdict.checks if check.host in hosts))

    with closing(Ledger(ledger_path(town))) as ledger:
        kept = tuple(one for one in quarantined(ledger) if selection.includes(one.host, one.role))
        if selection.topics or not kept:
            return kept
        try:
            with locked(lock_path(town), f"townhall verify -i {prospect.root}"):
                still = {*quarantined(ledger)}
                ward = Ward(prospect, ledger, hands, found, tell)
                return ward.release_well(tuple(one for one in kept if one in still))
        except BusyError as busy:
            tell(f"nobody comes out of quarantine meanwhile: {busy}")
            return kept
