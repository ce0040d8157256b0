"""Which hosts are in quarantine, as the ledger tells it."""

from __future__ import annotations

import json
from contextlib import closing

from orchestrator.model.quarantine import QUARANTINED, RELEASED, Quarantined
from orchestrator.model.record import BEGINNING, RETIRED, Entry, Record
from orchestrator.model.town import Town
from orchestrator.record.ledger import Ledger
from orchestrator.record.place import ledger_path


def in_quarantine(town: Town) -> tuple[Quarantined, ...]:
    """Return the town's hosts in quarantine."""
    with closing(Ledger(ledger_path(town))) as ledger:
        return quarantined(ledger)


def quarantined(ledger: Ledger) -> tuple[Quarantined, ...]:
    """Return every host that was put into quarantine and neither released nor retired since, by name."""
    newest = {record.entry.host: record for record in ledger.quarantine()}
    kept = {host: record for host, record in newest.items() if record.entry.kind == QUARANTINED}
    for record in ledger.records(kind=RETIRED) if kept else ():
        host = record.entry.host
        if host in kept and record.number > kept[host].number:
            del kept[host]
    return tuple(_quarantined(ledger, record) for _, record in sorted(kept.items()))


def release(host: str, run: str, why: str) -> Entry:
    """Return the record that ends a host's quarantine."""
    return Entry(RELEASED, run, host, details=json.dumps({"why": why}, ensure_ascii=False))


def _quarantined(ledger: Ledger, record: Record) -> Quarantined:
    said = json.loads(record.entry.details)
    begun = next(ledger.records(run=record.entry.run, kind=BEGINNING), None)
    who = json.loads(begun.entry.details).get("who", "") if begun else ""
    return Quarantined(
        record.entry.host,
        said["role"],
        said["why"],
        record.entry.run,
        record.at,
        who,
        tuple(said["steps"]),
    )
