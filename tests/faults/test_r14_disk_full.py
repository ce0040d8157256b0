"""R14: a full disk stops the run before the first change, and a journal that fails before the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK
from orchestrator.apply.room import LEAST, free_here, need_room
from orchestrator.apply.survey import survey
from orchestrator.errors import LedgerError, MachineError
from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import Parts, ran
from tests.apply.town_of_one import HereShell, TownOfOne
from tests.faults.test_r01_killed_controller import TOWN, prepared

FULL = LedgerError("no space left on device")


@dataclass
class Filling(Parts):
    """A journal with room for some appends only; every change on a machine is in the log."""

    room: int = 0
    kept: list[Entry] = field(default_factory=list)

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        if not self.room:
            self.log.append("full")
            raise FULL
        self.room -= 1
        self.kept += entries
        return 0

    def configure(self, arguments: Mapping[str, object]) -> int:
        self.log.append(f"change {arguments['name']}")
        return super().configure(arguments)

    def run(self, job: Job, hear: Hear) -> str:
        for name, hosts, _ in opened_plays(job, hear):
            for host in hosts:
                if job.is_cancelled():
                    return "canceled"
                self.log.append(f"change {host}")
                hear(told("runner_on_ok", name, host, STAMP_TASK))
        return "successful"


@pytest.mark.parametrize("room", range(10))
def test_after_a_failed_append_nothing_more_is_changed(tmp_path: Path, room: int) -> None:
    """Sabotage: open the gate although `start` raised, leave `fault` out of `_is_over`, or go on to write."""
    parts = Filling(room=room)
    if room == 9:
        assert ran(parts, tmp_path).succeeded
        return
    with pytest.raises(LedgerError, match="no space left"):
        ran(parts, tmp_path)
    assert parts.log.count("full") == 1
    assert parts.log[-1] == "full"
    begun = [entry.host for entry in parts.kept if entry.kind == "started"]
    changed = [line.removeprefix("change ") for line in parts.log if line.startswith("change")]
    assert set(changed) <= set(begun)


class SmallLedger(Ledger):
    """A real ledger whose file may not grow any more, full to the last page."""

    def fill(self) -> None:
        self._store.execute("PRAGMA max_page_count = 1")
        for text in ("x" * 2000, ""):
            with pytest.raises(LedgerError, match="full"):
                for _ in range(2000):
                    self.append([Entry("filling", "full", details=text)])


def test_real_ansible_changes_nothing_when_the_ledgers_file_cannot_grow(tmp_path: Path) -> None:
    """Sabotage: answer `open` at the gate when the append failed, or leave LedgerError out of `append`."""
    town = TownOfOne.create(tmp_path)
    ledger = SmallLedger(town.ledger.path)
    ledger.fill()
    with pytest.raises(LedgerError, match="full"):
        town.apply(town.rendering("new"), "full", recorder=ledger)
    assert not town.read("setting")
    assert not town.ledger.fault()


def test_a_full_disk_of_a_machine_stops_the_run_before_the_first_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: leave `need_room` out of `carry_out`, or `df` out of the survey."""
    machines, ledger = prepared(tmp_path, monkeypatch)
    machines.full.add("lab-pc-0002")
    known = ledger.state()
    with pytest.raises(MachineError, match="lab-pc-0002 has 0 MiB left") as refused:
        pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))
    assert "nothing was changed" in str(refused.value)
    assert not machines.happened()
    assert ledger.state() == known


def test_a_full_disk_of_this_machine_stops_the_run_too(tmp_path: Path) -> None:
    """Sabotage: ask for the machines' room only."""
    with pytest.raises(MachineError, match=f"this machine has 2 MiB left for {tmp_path}"):
        need_room([], {}, [tmp_path], lambda _: 2048)
    need_room([], {}, [tmp_path / "not" / "there" / "yet"], lambda path: LEAST)
    assert free_here(tmp_path / "not" / "there" / "yet") == pytest.approx(free_here(tmp_path), rel=0.1)


def test_the_survey_reads_the_room_of_a_real_machine() -> None:
    """Sabotage: read the second column of `df`."""
    seen = survey(HereShell(), ["here"], {})["here"]
    assert seen.free == pytest.approx(min(free_here(Path("/")), free_here(Path("/var/lib"))), rel=0.1)
