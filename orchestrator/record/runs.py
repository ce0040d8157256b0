"""Runs as the ledger tells them: how each begins, and what it stood on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.ground import Ground, Run
from orchestrator.model.outcome import Outcome
from orchestrator.model.record import BEGINNING, ENDING, Entry, Record
from orchestrator.model.verdict import Verdict
from orchestrator.plan.inverse import lasting
from orchestrator.plan.keys import digest
from orchestrator.record.ledger import Ledger

ALWAYS = frozenset({"who", "inventory", "units"})


@dataclass(frozen=True, slots=True)
class Opening:
    """Who opens a run, of what, on which ground, why despite a freeze, and which run was cut off before.

    `fences` are the numbers of the fences that it holds, by host: of two runs on a host the higher is later.
    """

    who: str
    inventory: str
    ground: Ground
    despite_freeze: str = ""
    cut_off: str = ""
    fences: Mapping[str, int] = field(default_factory=dict)


def beginning(foreseen: Foreseen, opening: Opening, name: str) -> Entry:
    """Return the record that opens a run."""
    plan, ground = foreseen.plan, opening.ground
    details = {
        "who": opening.who,
        "inventory": opening.inventory,
        "units": [[unit.host, unit.role, unit.reason] for unit in plan.units],
        "unverified": plan.unverified,
        "unwanted": plan.unwanted,
        "ground": ground.kind,
        "reason": ground.reason,
        "commit": ground.commit,
        "files": {path: digest(text) for path, text in sorted(ground.files.items())},
        "lasting": [one.text for one in lasting(foreseen)],
        "despite_freeze": opening.despite_freeze,
        "cut_off": opening.cut_off,
        "fences": dict(opening.fences),
    }
    told = {key: value for key, value in details.items() if value or key in ALWAYS}
    return Entry(BEGINNING, name, details=json.dumps(told, ensure_ascii=False))


def ending(outcome: Outcome, verdict: Verdict, run: str) -> Entry:
    """Return the record that closes a run."""
    details = {
        "units": dict(Counter(unit.state for unit in outcome.units)),
        "checks": len(verdict.checks),
        "failed_checks": len(verdict.failures),
        "seconds": round(outcome.seconds, 1),
    }
    return Entry(ENDING, run, details=json.dumps(details, ensure_ascii=False))


def texts_of(ground: Ground) -> dict[str, str]:
    """Return the texts that a run's digests stand for."""
    return {digest(text): text for text in ground.files.values()}


def runs(ledger: Ledger) -> tuple[Run, ...]:
    """Return every run, the newest first."""
    return tuple(reversed([_run(record) for record in ledger.records(kind=BEGINNING)]))


def inventory_of(ledger: Ledger, run: Run) -> Mapping[str, str] | None:
    """Return the inventory that a run applied; None where the ledger does not hold all of it."""
    known = ledger.contents(run.files.values())
    if not run.files or set(run.files.values()) - known.keys():
        return None
    return {path: known[name] for path, name in run.files.items()}


def ground_of(ledger: Ledger) -> Ground | None:
    """Return the ground of the newest run; None where the ledger does not hold its inventory."""
    newest = next(iter(runs(ledger)), None)
    files = inventory_of(ledger, newest) if newest else None
    return Ground(newest.kind, files, newest.commit, newest.reason) if newest and files else None


def _run(record: Record) -> Run:
    said = json.loads(record.entry.details or "{}")
    return Run(
        name=record.entry.run,
        record=record.number,
        at=record.at,
        who=str(said.get("who", "")),
        kind=str(said.get("ground", "")),
        reason=str(said.get("reason", "")),
        commit=str(said.get("commit", "")),
        files=dict(said.get("files", {})),
        units=tuple((host, role, reason) for host, role, reason in said.get("units", ())),
        lasting=tuple(said.get("lasting", ())),
        cut_off=str(said.get("cut_off", "")),
    )
