"""A ledger's file that is damaged stops every verb with place, reason and remedy, and stays as it is."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.cli.main import run
from orchestrator.errors import LedgerError
from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from tests.faults.test_r01_killed_controller import TOWN, prepared
from tests.golden import Golden

VERBS = (
    ["ledger", "show"],
    ["ledger", "verify"],
    ["ledger", "rebuild"],
    ["plan"],
    ["apply", "--yes"],
    ["resume", "--yes"],
    ["undo", "before", "--yes"],
    ["drift"],
)
PAGE = 4096


def garbage_in_front(text: bytes) -> bytes:
    return b"not a database, for sure" + text[24:]


def cut_off(text: bytes) -> bytes:
    return text[: len(text) // 2]


def emptied(text: bytes) -> bytes:
    del text
    return b""


def garbage_in_the_middle(text: bytes) -> bytes:
    """The first page of the records."""
    return text[:PAGE] + random.Random(4).randbytes(PAGE) + text[2 * PAGE :]  # noqa: S311


DAMAGE = (garbage_in_front, cut_off, emptied, garbage_in_the_middle)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger on the disk, all in one file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    machines, ledger = prepared(tmp_path, monkeypatch)
    monkeypatch.setattr(pipeline, "Hands", lambda: machines.hands)
    ledger.close()
    return ledger.path


def damage(path: Path, how: Callable[[bytes], bytes]) -> bytes:
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(path.read_bytes()) > 4 * PAGE
    path.write_bytes(how(path.read_bytes()))
    return path.read_bytes()


@pytest.mark.parametrize("how", DAMAGE)
def test_every_verb_names_the_file_the_damage_and_what_to_do(
    path: Path, how: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: let SQLite's error through, or begin a new ledger in an emptied file."""
    left = damage(path, how)
    for verb in VERBS:
        assert run([*verb, "-i", str(TOWN)]) == 1, verb
        said = " ".join(capsys.readouterr().err.split())
        assert f"{path}: the ledger is damaged: " in said, verb
        assert "townhall ledger rebuild [TH-LEDGER-DAMAGED]" in said
        assert path.read_bytes() == left


def test_garbage_anywhere_is_told_or_harmless(path: Path, tmp_path: Path) -> None:
    """Every page in turn. Sabotage: let an error of a cursor that is read later through."""
    damage(path, lambda text: text)
    whole, head, found = path.read_bytes(), path.with_suffix(".head").read_bytes(), 0
    for number in range(len(whole) // PAGE):
        place = tmp_path / str(number) / path.name
        place.parent.mkdir()
        place.with_suffix(".head").write_bytes(head)
        page = random.Random(number).randbytes(PAGE)  # noqa: S311
        place.write_bytes(whole[: number * PAGE] + page + whole[(number + 1) * PAGE :])
        try:
            with closing(Ledger(place)) as ledger:
                ledger.state()
                ledger.unfinished()
                assert list(ledger.records())
                assert ledger.fault() or ledger.attested() == {}
        except LedgerError as error:
            found += "TH-LEDGER-DAMAGED" in str(error)
    assert found > 3


def test_a_damaged_head_is_told(path: Path, golden: Golden) -> None:
    """Sabotage: take a head that cannot be read for none."""
    path.with_suffix(".head").write_text("{")
    with closing(Ledger(path)) as ledger, pytest.raises(LedgerError) as error:
        ledger.fault()
    golden("refusals/a_damaged_ledger", error.value)


def test_what_cannot_be_written_is_no_damage(tmp_path: Path, golden: Golden) -> None:
    """Sabotage: call every error of SQLite a damage."""

    class Small(Ledger):
        def shrink(self) -> None:
            self._store.execute("PRAGMA max_page_count = 1")

    with closing(Small(tmp_path / "town.sqlite")) as ledger:
        ledger.shrink()
        with pytest.raises(LedgerError) as error:
            for _ in range(2000):
                ledger.append([Entry("filling", "full", details="x" * 2000)])
    golden("refusals/a_ledger_that_cannot_be_written", error.value)
