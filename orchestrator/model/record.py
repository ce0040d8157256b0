"""One line of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

BEGINNING, ENDING = "run", "end"
RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be remembered: a run's beginning or end, or what became of a unit.

    `kind` is run, end, started, applied, verified, failed, unknown, reverted, unproven, attested, retired,
    quarantined or released;
    `details` is JSON without secrets; `key`, `arguments` and `role_code` are digests.
    """

    kind: str
    run: str
    host: str = ""
    role: str = ""
    key: str = ""
    arguments: str = ""
    role_code: str = ""
    machine: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it stands in the ledger: its number, its time in UTC, and its link in the chain."""

    number: int
    at: str
    entry: Entry
    previous: str
    hash: str
