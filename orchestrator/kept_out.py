"""Hosts in quarantine stay out of every run until they are as they should be, or a person says so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import replace

from orchestrator.apply.way_back import STUCK, Asker
from orchestrator.errors import UsageError
from orchestrator.model.quarantine import Quarantined
from orchestrator.model.town import Town
from orchestrator.prospect import Prospect
from orchestrator.reach import Shell, anew
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.record.quarantine import in_quarantine, release
from orchestrator.report.quarantine_text import quarantine_text


def without_quarantined(
    prospect: Prospect,
    shell: Shell,
    holds: Callable[[Quarantined], bool],
    released: Collection[str],
    tell: Callable[[str], None],
) -> Prospect:
    """Leave hosts in quarantine out of a plan, and tell each; those that are well or `released` come back.

    Nothing is retired meanwhile: what named the retired may still stand on a host that is left out. Raises
    UsageError where a host is to be released that is not in quarantine.
    """
    town = prospect.wanted.town
    kept = in_quarantine(town)
    if unknown := sorted({*released} - {one.host for one in kept}):
        raise UsageError(f"not in quarantine: {', '.join(unknown)}")
    out = _freed_but(town, kept, shell, holds, released)
    for one in out:
        tell(quarantine_text(one))
    hosts, plan = {one.host for one in out}, prospect.plan
    pending = {(unit.host, unit.role) for unit in plan.units} | set(plan.unverified)
    left = plan.only({unit for unit in pending if unit[0] not in hosts})
    joining = tuple(host for host in plan.joining if host not in hosts)
    return replace(prospect, plan=replace(left, unwanted=(), joining=joining)) if out else prospect


def _freed_but(
    town: Town,
    kept: tuple[Quarantined, ...],
    shell: Shell,
    holds: Callable[[Quarantined], bool],
    released: Collection[str],
) -> tuple[Quarantined, ...]:
    """Release whom nothing keeps in quarantine any more, and return the others."""
    words = Asker(anew(shell)).words([one.host for one in kept if one.host not in released])
    out = []
    for one in kept:
        said = words.get(one.host)
        back = said is not None and all(word.state not in STUCK for word in said.values())
        if one.host not in released and not (back and holds(one)):
            out.append(one)
            continue
        why = "a person said so" if one.host in released else "it answers and its checks hold"
        with closing(Ledger(ledger_path(town))) as ledger:
            ledger.append([release(one.host, one.run, why)])
    return tuple(out)
