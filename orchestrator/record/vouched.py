"""A person answers for a ledger that no known key signed."""

from __future__ import annotations

import json
from contextlib import closing

from orchestrator.errors import LedgerError
from orchestrator.model.record import Entry
from orchestrator.record.ledger import Ledger

VOUCHED = "vouched"


def vouch(ledger: Ledger, who: str, reason: str) -> str:
    """Sign a ledger whose chain is whole, and remember who said why; return what speaks for it now.

    Raises LedgerError where the chain is broken: nobody can answer for that.
    """
    with closing(ledger):
        if fault := ledger.broken():
            raise LedgerError(f"{ledger.path}: {fault}; nobody can answer for that: townhall ledger rebuild")
        why = ledger.unanswered()
        if not why:
            return f"{ledger.path}: nothing to do, a known key answers for it"
        ledger.sign()
        said = {"who": who, "reason": reason, "before": why}
        number = ledger.append([Entry(VOUCHED, "", details=json.dumps(said, ensure_ascii=False))])
        return f"{ledger.path}: signed up to record {number}; before: {why}"
