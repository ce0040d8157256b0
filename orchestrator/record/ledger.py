"""The ledger of one town: a SQLite file that only grows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.errors import LedgerError
from orchestrator.model.plan import LedgerState, UnitState
from orchestrator.model.record import BEGINNING as RUN
from orchestrator.model.record import RETIRED, Entry, Record
from orchestrator.plan.rejoin import MEMBER
from orchestrator.record.chain import BEGINNING, first_fault, linked
from orchestrator.record.heads import Heads
from orchestrator.record.place import own_directory
from orchestrator.record.schema import INDICES, SCHEMA, VERSION
from orchestrator.record.store import Store, damaged, unsigned
from orchestrator.signer import Signer

_COLUMNS = "number, at, kind, run, host, role, key, arguments, role_code, machine, details, previous, hash"
_NEWEST_OF_UNITS = """
SELECT host, role, kind, key, arguments, role_code, machine, MAX(number)
FROM record WHERE role != '' {of_hosts} GROUP BY host, role
"""
_MACHINES_THAT_JOINED = """
SELECT host, machine FROM record WHERE number IN (
  SELECT MAX(number) FROM record WHERE role = ? AND kind IN ('applied', 'verified') {of_hosts} GROUP BY host
)
"""
_OF_HOSTS = "AND host IN (SELECT value FROM json_each(?))"
_SPANS = """
SELECT done.role, started.at, done.at FROM record AS done
JOIN record AS started ON started.run = done.run AND started.host = done.host AND started.role = done.role
WHERE done.kind = 'applied' AND started.kind = 'started'
AND done.role IN (SELECT value FROM json_each(?))
"""
_UNFINISHED = f"""
SELECT {_COLUMNS} FROM record WHERE number = (SELECT MAX(number) FROM record WHERE kind = 'run')
AND NOT EXISTS (SELECT 1 FROM record AS ended WHERE ended.kind = 'end' AND ended.run = record.run)
"""  # noqa: S608
_ATTESTED = """
SELECT one.host, json_extract(one.details, '$.attestation'), MAX(one.number) FROM record AS one
LEFT JOIN (SELECT host, MAX(number) AS number FROM record WHERE kind = 'retired' GROUP BY host) AS gone
ON gone.host = one.host
WHERE one.kind = 'attested' AND one.number > COALESCE(gone.number, 0) GROUP BY one.host
"""
_QUARANTINE = f"""
SELECT {_COLUMNS} FROM record WHERE kind IN ('quarantined', 'released') ORDER BY number
"""  # noqa: S608
_CARRYING = "SELECT host, kind, MAX(number) FROM record WHERE role = ? GROUP BY host"
_UNATTESTED = """
SELECT done.host, done.role FROM
(SELECT host, role, MAX(number) AS number FROM record WHERE kind = 'applied' GROUP BY host, role) AS done
LEFT JOIN (SELECT host, MAX(number) AS number FROM record WHERE kind = 'attested' GROUP BY host) AS seen
ON seen.host = done.host WHERE done.number > COALESCE(seen.number, 0)
"""
_BEGUN_AFTER = "SELECT COUNT(*) FROM record WHERE kind = 'run' AND number > ?"
_KNOWN = "SELECT digest FROM content WHERE digest IN (SELECT value FROM json_each(?))"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Ledger:
    """Appends entries and answers what is known; each append is on disk before it returns.

    Before the first append the signed head is held against the records, and the newest one is signed; so it
    is before each run's beginning, and at closing. Raises LedgerError, from its opening on, for a file that
    is damaged or cannot be used, MachineError where nothing can be signed.
    """

    def __init__(self, path: Path, clock: Callable[[], str] = _now, signer: Signer | None = None) -> None:
        self.path = path
        self.heads = Heads(path, signer or Signer(own_directory()))
        self._clock = clock
        self._is_trusted = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._store = Store(path)
        is_new = self._is_new()
        self._store.execute("PRAGMA journal_mode = WAL")
        self._store.execute("PRAGMA synchronous = FULL")
        if is_new:
            self._store.executescript(f"BEGIN IMMEDIATE;\n{SCHEMA}\n{INDICES};\nCOMMIT;")
        else:
            self._store.execute(INDICES)

    def _is_new(self) -> bool:
        """Whether the file is yet to be filled; where records were written, an empty one is damaged."""
        (version,) = self._store.execute("PRAGMA user_version").fetchone()
        if version not in {0, VERSION}:
            raise LedgerError(f"{self.path} was written by a newer version of townhall (format {version})")
        if version == 0 and (written := self.heads.most()):
            raise damaged(self.path, f"{written} records were written, and none is there")
        return bool(version == 0)

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        """Append entries in one transaction and return the newest record's number; `contents` by digest.

        Raises LedgerError if they cannot be kept, or nobody answers for those that are there.
        """
        try:
            self.trust()
            told = tuple(entries)
            if any(entry.kind == RUN for entry in told):
                self.sign()
            number, newest = self._insert(told, contents or {})
            self.heads.keep(number, newest)
        except OSError as error:
            raise LedgerError(f"{self.path} cannot be written: {error}") from error
        return number

    def trust(self) -> None:
        """Hold the signed head against the records, once, and sign what was appended since by a killed run.

        Raises LedgerError where the head does not answer for them.
        """
        if self._is_trusted:
            return
        if why := self.unanswered():
            raise unsigned(self.path, why)
        self.sign()

    def sign(self) -> None:
        """Sign the newest record, and by it all before, unless it is."""
        number, newest = self._newest(self._store.cursor())
        signed = self.heads.signed()
        if signed is None or (signed.number, signed.hash) != (number, newest):
            self.heads.sign(number, newest, _now())
        self._is_trusted = True

    def _insert(self, entries: Iterable[Entry], contents: Mapping[str, str]) -> tuple[int, str]:
        with closing(self._store.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                number, previous = self._newest(cursor)
                cursor.executemany("INSERT OR IGNORE INTO content VALUES (?, ?)", contents.items())
                for entry in entries:
                    record = linked(number + 1, self._clock(), entry, previous)
                    number, previous = record.number, record.hash
                    cursor.execute(f"INSERT INTO record VALUES ({','.join('?' * 13)})", _row(record))  # noqa: S608
                cursor.execute("COMMIT")
            except BaseException:
                if self._store.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
        return number, previous

    def records(
        self, run: str = "", host: str = "", newest: int | None = None, kind: str = ""
    ) -> Iterator[Record]:
        """Yield records in order, of one run, host or kind if named; `newest` limits them to the last."""
        where = "WHERE (? = '' OR run = ?) AND (? = '' OR host = ?) AND (? = '' OR kind = ?)"
        order = f"ORDER BY number DESC LIMIT {int(newest)}" if newest else "ORDER BY number"
        rows = self._store.execute(
            f"SELECT {_COLUMNS} FROM (SELECT * FROM record {where} {order}) ORDER BY number",  # noqa: S608
            (run, run, host, host, kind, kind),
        )
        return map(_record, rows)

    def state(self, hosts: Iterable[str] | None = None) -> LedgerState:
        """Return the newest state of every unit, or of the units of some hosts; retired ones not."""
        named = () if hosts is None else (json.dumps(sorted(hosts)),)
        of_hosts = "" if hosts is None else _OF_HOSTS
        rows = self._store.execute(_NEWEST_OF_UNITS.format(of_hosts=of_hosts), named)
        units = {row[:2]: UnitState._make(row[2:]) for row in rows if row[2] != RETIRED}
        members = dict(self._store.execute(_MACHINES_THAT_JOINED.format(of_hosts=of_hosts), (MEMBER, *named)))
        return LedgerState(units, self._newest(self._store.cursor())[0], members)

    def carrying(self, role: str, events: Collection[str] = ()) -> dict[str, int]:
        """Return the newest record of a role by host, if it is of these events; of retired ones not."""
        rows = self._store.execute(_CARRYING, (role,))
        kept = (row for row in rows if (row[1] in events if events else row[1] != RETIRED))
        return {str(host): int(number) for host, _, number in kept}

    def quarantine(self) -> Iterator[Record]:
        """Yield, in order, the records by which hosts came into quarantine and out of it."""
        return map(_record, self._store.execute(_QUARANTINE))

    def unfinished(self) -> Record | None:
        """Return the record of the newest run's beginning, if that run has no end."""
        row = self._store.execute(_UNFINISHED).fetchone()
        return _record(row) if row else None

    def hash_of(self, number: int) -> str:
        """Return the hash of a record, or nothing if there is none of this number."""
        row = self._store.execute("SELECT hash FROM record WHERE number = ?", (number,)).fetchone()
        return str(row[0]) if row else ""

    def hosts_since(self, number: int) -> set[str]:
        """Return the hosts with units in records after this one."""
        rows = self._store.execute(
            "SELECT DISTINCT host FROM record WHERE number > ? AND role != ''", (number,)
        )
        return {str(host) for (host,) in rows}

    def contents(self, digests: Iterable[str]) -> dict[str, str]:
        """Return remembered arguments as JSON by digest."""
        found = (
            self._store.execute("SELECT digest, text FROM content WHERE digest = ?", (one,)).fetchone()
            for one in set(digests)
        )
        return dict(row for row in found if row)

    def attested(self) -> dict[str, str]:
        """Return the digest of each host's newest attestation since it was last retired, if it was."""
        return {str(host): str(digest) for host, digest, _ in self._store.execute(_ATTESTED)}

    def unattested(self) -> set[tuple[str, str]]:
        """Return host and role of the units that were applied since their host was attested."""
        return {(str(host), str(role)) for host, role in self._store.execute(_UNATTESTED)}

    def known(self, digests: Iterable[str]) -> set[str]:
        """Return those digests whose arguments are remembered."""
        rows = self._store.execute(_KNOWN, (json.dumps(sorted(set(digests))),))
        return {str(digest) for (digest,) in rows}

    def spans(self, roles: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Yield role, beginning and end in UTC of every unit of some roles that was applied."""
        return iter(self._store.execute(_SPANS, (json.dumps(sorted(roles)),)))

    def fault(self) -> str:
        """Name the first record that cannot be trusted, or say what speaks against all; or return nothing."""
        return self.broken() or self.unanswered()

    def broken(self) -> str:
        """Name the first record that is not as it was written, or return nothing."""
        return first_fault(self.records(), self.heads.newest())

    def unanswered(self) -> str:
        """Say why no signed head answers for the records, or nothing."""
        number, _ = self._newest(self._store.cursor())
        return (self.heads.why_not(self.hash_of) or self._lost_signature()) if number else ""

    def _lost_signature(self) -> str:
        """What was there when a run began was signed: one run at most stands behind the signed head."""
        after = self.heads.up_to()
        (begun,) = self._store.execute(_BEGUN_AFTER, (after,)).fetchone()
        return f"what came after record {after} was signed once, and that is gone" if begun > 1 else ""

    def close(self) -> None:
        """Sign what was appended, and close the file."""
        try:
            if self._is_trusted:
                self.sign()
        except OSError as error:
            raise LedgerError(f"{self.path} cannot be signed: {error}") from error
        finally:
            self._store.close()

    def _newest(self, cursor: sqlite3.Cursor) -> tuple[int, str]:
        row = cursor.execute("SELECT number, hash FROM record ORDER BY number DESC LIMIT 1").fetchone()
        return row or (0, BEGINNING)


def _row(record: Record) -> tuple[object, ...]:
    return (record.number, record.at, *astuple(record.entry), record.previous, record.hash)


def _record(row: tuple[object, ...]) -> Record:
    number, at, *entry, previous, chained = row
    return Record(int(str(number)), str(at), Entry(*map(str, entry)), str(previous), str(chained))
