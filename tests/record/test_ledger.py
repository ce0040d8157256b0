"""The ledger grows, remembers and cannot be touched unseen."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import LedgerError
from orchestrator.model.record import Entry, Record
from orchestrator.record import Ledger
from orchestrator.record.chain import BEGINNING, first_fault, linked

_entries = st.lists(
    st.builds(Entry, st.sampled_from(["started", "applied"]), st.just("run"), host=st.text(max_size=4)),
    min_size=1,
    max_size=6,
)


def chain(entries: list[Entry]) -> list[Record]:
    records: list[Record] = []
    for number, entry in enumerate(entries, 1):
        records.append(linked(number, "now", entry, records[-1].hash if records else BEGINNING))
    return records


@given(_entries)
def test_an_untouched_chain_has_no_fault(entries: list[Entry]) -> None:
    records = chain(entries)
    assert not first_fault(records, (len(records), records[-1].hash))


@given(_entries, st.data())
def test_a_changed_record_is_named(entries: list[Entry], data: st.DataObject) -> None:
    records = chain(entries)
    place = data.draw(st.integers(0, len(records) - 1))
    field = data.draw(st.sampled_from(["kind", "host", "key", "details", "machine"]))
    entry = records[place].entry
    records[place] = replace(records[place], entry=replace(entry, **{field: getattr(entry, field) + "x"}))
    assert first_fault(records, None) == f"record {place + 1} was changed after it was written"


@given(_entries, st.data())
def test_a_record_that_was_taken_out_is_missed(entries: list[Entry], data: st.DataObject) -> None:
    records = chain(entries)
    head = (len(records), records[-1].hash)
    place = data.draw(st.integers(0, len(records) - 1))
    del records[place : data.draw(st.integers(place + 1, len(records)))]
    assert first_fault(records, head).startswith(("record", "records"))


@given(_entries, _entries)
def test_a_chain_that_was_forged_as_a_whole_is_seen(entries: list[Entry], others: list[Entry]) -> None:
    genuine, forged = chain(entries), chain([Entry("forged", "run"), *others])
    assert first_fault(forged, (len(genuine), genuine[-1].hash))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "town.sqlite", clock=lambda: "2026-01-01T00:00:00.000+00:00")


def unit(kind: str, key: str = "k") -> Entry:
    return Entry(kind, "run", "pc-1", "base", key, "arguments", "code", "machine")


def test_the_newest_event_of_a_unit_is_its_state(ledger: Ledger) -> None:
    ledger.append([unit("started"), unit("applied"), unit("verified", "newest")])
    ledger.append([Entry("end", "run")])
    state = ledger.state()
    assert state.record == 4
    assert (state.units["pc-1", "base"].event, state.units["pc-1", "base"].key) == ("verified", "newest")


def test_what_was_recorded_is_there_after_opening_again(ledger: Ledger) -> None:
    ledger.append([unit("applied")], {"digest": "{}"})
    again = Ledger(ledger.path)
    assert [record.entry.kind for record in again.records()] == ["applied"]
    assert again.contents(["digest", "unknown"]) == {"digest": "{}"}
    assert not again.fault()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM record", "UPDATE record SET kind = 'verified'", "DELETE FROM content"]
)
def test_the_file_itself_refuses_every_change(ledger: Ledger, statement: str) -> None:
    ledger.append([unit("failed")], {"digest": "{}"})
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        sqlite3.connect(ledger.path).execute(statement)


def tampered(ledger: Ledger, statement: str) -> str:
    ledger.append([unit("started"), unit("failed"), Entry("end", "run")])
    store = sqlite3.connect(ledger.path, isolation_level=None)
    for trigger in ("record_is_kept", "record_is_final"):
        store.execute(f"DROP TRIGGER {trigger}")
    store.execute(statement)
    return Ledger(ledger.path).fault()


def test_verify_names_the_record_that_was_edited_past_the_triggers(ledger: Ledger) -> None:
    assert tampered(ledger, "UPDATE record SET kind = 'verified' WHERE number = 2").startswith(
        "record 2 was changed"
    )


def test_verify_sees_that_the_end_was_cut_off(ledger: Ledger) -> None:
    assert tampered(ledger, "DELETE FROM record WHERE number = 3") == "records 3 to 3 are missing at the end"


def test_an_append_that_fails_leaves_nothing_behind(ledger: Ledger) -> None:
    def broken() -> object:
        yield unit("started")
        raise OSError("disk full")

    with pytest.raises(LedgerError, match="disk full"):
        ledger.append(broken())  # type: ignore[arg-type]
    assert not list(ledger.records())


def test_two_writers_share_one_chain(ledger: Ledger) -> None:
    other = Ledger(ledger.path)
    for writer in (ledger, other, ledger, other):
        writer.append([unit("applied")])
    assert not ledger.fault()
    assert [record.number for record in ledger.records()] == [1, 2, 3, 4]


def test_how_a_retired_machine_was_left_is_remembered_no_more(tmp_path: Path) -> None:
    """Sabotage: take the newest attestation whatever came after it."""
    ledger = Ledger(tmp_path / "town.sqlite")
    for host in ("pc-1", "pc-2"):
        ledger.append([Entry("attested", "first", host, details=json.dumps({"attestation": "old"}))])
    ledger.append([Entry("retired", "second", "pc-1", "workstation")])
    assert ledger.attested() == {"pc-2": "old"}
    ledger.append([Entry("attested", "third", "pc-1", details=json.dumps({"attestation": "new"}))])
    assert ledger.attested() == {"pc-1": "new", "pc-2": "old"}


def test_who_is_in_quarantine_is_found_without_reading_every_record(tmp_path: Path) -> None:
    """A file of earlier is made so when it is opened. Sabotage: leave the index to new files."""
    path = tmp_path / "town.sqlite"
    Ledger(path).append([Entry("quarantined", "run", "pc-1"), Entry("started", "run", "pc-1", "base")])
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("DROP INDEX record_of_quarantine")
    asked: list[str] = []
    ledger = Ledger(path)
    ledger._store.set_trace_callback(asked.append)
    assert [record.entry.kind for record in ledger.quarantine()] == ["quarantined"]
    (question,) = asked
    plan = ledger._store.execute(f"EXPLAIN QUERY PLAN {question}").fetchall()
    assert "record_of_quarantine" in str(plan)
