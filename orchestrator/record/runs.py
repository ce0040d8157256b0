"""Runs as the ledger tells them: how each begins, and what it stood on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from orchestrator.model.ground import Ground, Run
from orchestrator.model.plan import Plan
from orchestrator.model.record import Entry, Record
from orchestrator.plan.inverse import lasting
from orchestrator.plan.keys import digest
from orchestrator.record.ledger import Ledger

BEGINNING = "run"


def beginning(plan: Plan, ground: Ground, name: str, who: str, inventory: str) -> Entry:
    """Return the record that opens a run."""
    details = {
        "who": who,
        "inventory": inventory,
        "units": [[unit.host, unit.role, unit.reason] for unit in plan.units],
        "ground": ground.kind,
        "reason": ground.reason,
        "commit": ground.commit,
        "files": {path: digest(text) for path, text in sorted(ground.files.items())},
        "lasting": list(lasting(plan)),
    }
    return Entry(BEGINNING, name, details=json.dumps(details, ensure_ascii=False))


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
    )
