"""The SQLite file below a ledger; whatever it cannot do is said in the ledger's own words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestrator.errors import LedgerError

_TORN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
DAMAGED = "TH-LEDGER-DAMAGED"
UNREADABLE = "TH-LEDGER-UNREADABLE"
UNSIGNED = "TH-LEDGER-UNSIGNED"


class Store(sqlite3.Connection):
    """A connection whose cursors raise LedgerError; nothing is repaired or begun anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with told(path):
            super().__init__(path, isolation_level=None, timeout=30, check_same_thread=False)

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that tells its faults."""
        return super().cursor(factory or _Cursor)

    def execute(self, *words: Any) -> Any:
        """Run one statement; sqlite3's own way does not ask for the cursor above."""
        return self.cursor().execute(*words)

    def executescript(self, script: str) -> Any:
        """Run several statements."""
        return self.cursor().executescript(script)


class _Cursor(sqlite3.Cursor):
    connection: Store

    def execute(self, *words: Any) -> Any:
        with told(self.connection.path):
            return super().execute(*words)

    def executemany(self, *words: Any) -> Any:
        with told(self.connection.path):
            return super().executemany(*words)

    def executescript(self, script: str) -> Any:
        with told(self.connection.path):
            return super().executescript(script)

    def fetchone(self) -> Any:
        with told(self.connection.path):
            return super().fetchone()

    def __iter__(self) -> Any:
        with told(self.connection.path):
            yield from iter(super().fetchone, None)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise LedgerError for what SQLite says of a ledger's file."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        raise (damaged(path, str(error)) if code in _TORN else _unusable(path, error)) from error


def damaged(path: Path, why: str) -> LedgerError:
    """Return the error for a ledger that is not as it was written."""
    return LedgerError(
        f"{path}: the ledger is damaged: {why}; nothing was changed, here or on a machine\n"
        f"    remedy: put back its newest copy; or move {path.stem}.* away, keep them "
        f"for the inspector, and let the machines tell what they bear: townhall ledger rebuild [{DAMAGED}]"
    )


def unsigned(path: Path, why: str) -> LedgerError:
    """Return the error for a ledger that no key answers for."""
    return LedgerError(
        f"{path}: the ledger cannot be trusted: {why}; nothing was changed, here or on a machine\n"
        f"    remedy: if another key signed it, have that in the list of signers; if you looked at it and it "
        f"is right (it is of before heads were signed, say): townhall ledger sign --reason TEXT; if not, "
        f"put back its newest copy [{UNSIGNED}]"
    )


def _unusable(path: Path, error: sqlite3.Error) -> LedgerError:
    return LedgerError(
        f"{path}: the ledger cannot be used: {error}\n"
        f"    remedy: see that the disk has room and that this account may write {path.parent} [{UNREADABLE}]"
    )
