"""R2: power loss on the controller: what was not on disk yet is missing, whole; nothing else is."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import LedgerError
from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from orchestrator.record.heads import Heads

APPENDS = [
    [Entry("run", "one", details=json.dumps({"units": [["pc-1", "base", "new"]]}))],
    [Entry("started", "one", "pc-1", "base", "key"), Entry("started", "one", "pc-2", "base", "key")],
    [Entry("applied", "one", "pc-1", "base", "key", details="x" * 6000)],
    [Entry("verified", "one", "pc-1", "base", "key")],
    [Entry("end", "one")],
]
SUFFIXES = (".sqlite", ".sqlite-wal", ".head", ".signed")


@dataclass(frozen=True)
class Disk:
    """What lay on the disk when each append had returned, by file."""

    moments: tuple[dict[str, bytes], ...]

    def torn(self, append: int, written: float, garbage: bytes) -> dict[str, bytes]:
        """Return what may lie there when the power goes during an append: a part of its new bytes."""
        before, after = self.moments[append : append + 2]
        new = after[".sqlite-wal"][len(before[".sqlite-wal"]) :]
        part = new[: int(len(new) * written)]
        return {**before, ".sqlite-wal": before[".sqlite-wal"] + part + garbage[: len(new) - len(part)]}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    folder = tmp_path_factory.mktemp("disk")
    ledger = Ledger(folder / "town.sqlite")
    ledger.append([])
    moments = [_files(folder)]
    for entries in APPENDS:
        ledger.append(entries)
        moments.append(_files(folder))
    return Disk(tuple(moments))


def _files(folder: Path) -> dict[str, bytes]:
    return {suffix: (folder / f"town{suffix}").read_bytes() for suffix in SUFFIXES}


def after_power_loss(folder: Path, files: dict[str, bytes]) -> Ledger:
    """Return the ledger as the next start finds it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for suffix, text in files.items():
        (folder / f"town{suffix}").write_bytes(text)
    return Ledger(folder / "town.sqlite")


@settings(deadline=None)
@given(st.integers(0, len(APPENDS) - 1), st.floats(0, 1), st.binary(max_size=20))
def test_a_record_is_whole_or_missing_and_the_chain_holds(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory, append: int, written: float, garbage: bytes
) -> None:
    """Sabotage: commit each record of an append by itself."""
    folder = tmp_path_factory.getbasetemp() / "after"
    with closing(after_power_loss(folder, disk.torn(append, written, garbage))) as ledger:
        kept = [record.entry for record in ledger.records()]
        before = [entry for entries in APPENDS[:append] for entry in entries]
        assert kept in (before, before + APPENDS[append])
        assert not ledger.fault()
        ledger.append([Entry("end", "next")])
        assert not ledger.fault()


def test_an_append_that_returned_is_never_lost(disk: Disk, tmp_path: Path) -> None:
    """Sabotage: return from `append` before the commit."""
    for number, files in enumerate(disk.moments):
        with closing(after_power_loss(tmp_path / str(number), files)) as ledger:
            kept = [record.entry for record in ledger.records()]
            assert kept == [entry for entries in APPENDS[:number] for entry in entries]


def test_the_head_never_names_a_record_that_is_not_on_the_disk(tmp_path: Path) -> None:
    """Sabotage: write the head before the commit."""
    cuts = iter(range(9))

    class Cut(Heads):
        def keep(self, number: int, newest: str) -> None:
            super().keep(number, newest)
            with closing(after_power_loss(tmp_path / str(next(cuts)), _files(tmp_path))) as left:
                assert not left.fault()

    with closing(Ledger(tmp_path / "town.sqlite")) as ledger:
        ledger.heads = Cut(ledger.path, ledger.heads.signer)
        for entries in APPENDS:
            ledger.append(entries)
    assert next(cuts) == len(APPENDS)


def test_each_append_waits_for_the_disk(tmp_path: Path) -> None:
    """Sabotage: say `PRAGMA synchronous = NORMAL`, which syncs only now and then."""

    class Asked(Ledger):
        def levels(self) -> tuple[object, object]:
            ask = self._store.execute
            return ask("PRAGMA synchronous").fetchone()[0], ask("PRAGMA journal_mode").fetchone()[0]

    assert Asked(tmp_path / "town.sqlite").levels() == (2, "wal")


def test_a_file_cut_off_in_the_middle_is_refused_and_not_believed(disk: Disk, tmp_path: Path) -> None:
    """Sabotage: begin a new ledger where the old one cannot be read."""
    files = disk.moments[-1]
    whole = after_power_loss(tmp_path / "whole", files)
    whole.close()
    text = (tmp_path / "whole" / "town.sqlite").read_bytes()
    cut = {".sqlite": text[: len(text) // 2], ".head": files[".head"]}
    with (
        pytest.raises(LedgerError, match="damaged"),
        closing(after_power_loss(tmp_path / "cut", cut)) as ledger,
    ):
        list(ledger.records())
