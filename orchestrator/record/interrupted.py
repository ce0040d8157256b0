"""What became of a run that has no end."""

from __future__ import annotations

import json

from orchestrator.model.interrupted import Interrupted, Unit
from orchestrator.model.plan import LedgerState
from orchestrator.model.record import Record

_STATES = {
    "applied": "done",
    "verified": "done",
    "unproven": "done",
    "failed": "failed",
    "reverted": "reverted",
}
_OPEN = "unknown"
_UNTOUCHED = "not started"


def interrupted(begun: Record, ledger: LedgerState) -> Interrupted:
    """Return what became of a run's units, from the record of its beginning and the ledger's newest word."""
    details = json.loads(begun.entry.details)
    planned = [((str(host), str(role)), begun.number) for host, role, *_ in details["units"]]
    applied_before = [((str(host), str(role)), 0) for host, role in details.get("unverified", ())]
    found = tuple((unit, _state(unit, since, ledger)) for unit, since in [*planned, *applied_before])
    return Interrupted(
        begun.entry.run, str(details["who"]), begun.at, found, tuple(details.get("unwanted", ()))
    )


def _state(unit: Unit, since: int, ledger: LedgerState) -> str:
    known = ledger.units.get(unit)
    if known is None or known.record < since:
        return _UNTOUCHED
    return _STATES.get(known.event, _OPEN)
