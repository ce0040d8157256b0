"""The tables of a ledger; its triggers refuse every change of what was written."""

VERSION = 1

SCHEMA = """
CREATE TABLE record (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL,
  kind TEXT NOT NULL, run TEXT NOT NULL, host TEXT NOT NULL, role TEXT NOT NULL,
  key TEXT NOT NULL, arguments TEXT NOT NULL, role_code TEXT NOT NULL, machine TEXT NOT NULL,
  details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX record_by_unit ON record (host, role, number) WHERE role != '';
CREATE TABLE content (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER record_is_kept BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER record_is_final BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER content_is_kept BEFORE DELETE ON content
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER content_is_final BEFORE UPDATE ON content
BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
PRAGMA user_version = 1;
"""

INDICES = """
CREATE INDEX IF NOT EXISTS record_of_quarantine ON record (number) WHERE kind IN ('quarantined', 'released')
"""
"""Made at every opening where it is not there yet: what it holds is in the records too."""
