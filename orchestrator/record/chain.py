"""The links of the ledger: every record's hash covers the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple

from orchestrator.model.record import Entry, Record

BEGINNING = "0" * 64


def linked(number: int, at: str, entry: Entry, previous: str) -> Record:
    """Return the record that follows the one with hash `previous`."""
    text = json.dumps([number, at, *astuple(entry), previous], ensure_ascii=False, separators=(",", ":"))
    return Record(number, at, entry, previous, hashlib.sha256(text.encode()).hexdigest())


def first_fault(records: Iterable[Record], head: tuple[int, str] | None) -> str:
    """Name the first record that is not as it was written, or return nothing.

    `head` is the number and hash of the newest record, kept outside of the ledger; without it a cut-off end
    cannot be seen.
    """
    previous, number = BEGINNING, 0
    for record in records:
        number += 1
        if record.number != number:
            return f"record {number} is missing"
        if record != linked(number, record.at, record.entry, previous):
            return f"record {number} was changed after it was written"
        previous = record.hash
        if head and head[0] == number and head[1] != record.hash:
            return (
                f"record {number} is not the one that was written: the chain was forged from there or earlier"
            )
    if head and head[0] > number:
        return f"records {number + 1} to {head[0]} are missing at the end"
    return ""
