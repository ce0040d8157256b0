"""R1: the controller is killed at any step of the journal, and nothing is lost or done twice unseen."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.crash import VARIABLE
from orchestrator.cli.main import run
from orchestrator.model.interrupted import Unit
from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from orchestrator.report.interrupted_text import interrupted_text
from tests.apply.town_of_one import TownOfOne
from tests.faults.machines import Machines

SLOW = 0.5
TOWN = Path("inventories/lab").resolve()
PENDING = (
    ("lab-sw1", "switch"),
    ("lab-sw2", "switch"),
    ("lab-dhcp1", "dhcp_server"),
    ("lab-av1", "antivirus_server"),
    ("lab-pc-0001", "antivirus_client"),
    ("lab-pc-0002", "antivirus_client"),
    ("lab-pc-0001", "workstation"),
)
KILLED = -9


class SlowLedger(Ledger):
    """A real ledger on a disk that takes its time before it has kept anything."""

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        time.sleep(SLOW)
        return super().append(entries, contents)


def test_a_change_waits_until_its_beginning_is_written_down(tmp_path: Path) -> None:
    """Sabotage: open the gate before the append, or leave the gate out of the play."""
    town = TownOfOne.create(tmp_path)
    assert town.apply(town.rendering("one"), "slow", recorder=SlowLedger(town.ledger.path)).succeeded
    begun = next(record for record in town.ledger.records() if record.entry.kind == "started")
    changed = (Path(town.folder) / "setting").stat().st_mtime
    assert datetime.fromisoformat(begun.at).timestamp() < changed


def attempt(machines: Machines, crash_at: int, only_rest: bool) -> int | None:
    """Apply or resume in a process of its own, which may kill itself; return its exit code."""

    def go() -> None:
        os.environ[VARIABLE] = str(crash_at or "")
        options = pipeline.Options(only_rest=only_rest, hands=machines.hands)
        done = pipeline.apply_town(machines.town, lambda _: True, options)
        os._exit(0 if done is None or done.succeeded else 1)

    child = get_context("fork").Process(target=go)
    child.start()
    child.join()
    return child.exitcode


def prepared(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pending: tuple[Unit, ...] = PENDING
) -> tuple[Machines, Ledger]:
    """Return machines on which all but a few units are done, and their ledger."""
    (folder / "machines").mkdir(parents=True)
    monkeypatch.setenv("TOWNHALL_STATE", str(folder / "state"))
    monkeypatch.setattr(pipeline, "build_directory", lambda _: folder / "build")
    machines = Machines(folder / "machines", TOWN)
    machines.settle(pending)
    return machines, Ledger(folder / "state" / "lab.sqlite")


def begun_and_ended(ledger: Ledger) -> tuple[set[Unit], set[Unit]]:
    """Return the units that the ledger says began and were applied."""
    entries = [record.entry for record in ledger.records() if record.entry.run != "before"]
    begun, ended = ({(e.host, e.role) for e in entries if e.kind == kind} for kind in ("started", "applied"))
    return begun, ended


def assert_nothing_was_done_twice_unseen(machines: Machines) -> None:
    """A unit that changes again was checked since."""
    unseen = set()
    for word, host, role in machines.happened():
        assert word == "check" or (host, role) not in unseen, f"{role} on {host} ran twice without a check"
        (unseen.add if word == "change" else unseen.discard)((host, role))


@pytest.mark.long
def test_killed_at_any_step_of_the_journal_a_run_is_resumed_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: write `started` after the change, skip the checks of the unknown, or close the run early."""
    whole, ledger = prepared(tmp_path / "whole", monkeypatch)
    assert attempt(whole, 0, only_rest=False) == 0
    wanted, known = whole.state(), _events(ledger)
    assert set(known.values()) == {"verified"}
    for step in count(1):
        machines, ledger = prepared(tmp_path / str(step), monkeypatch)
        if attempt(machines, step, only_rest=False) != KILLED:
            break
        changed = {(host, role) for word, host, role in machines.happened() if word == "change"}
        begun, ended = begun_and_ended(ledger)
        assert ended <= changed <= begun
        cut = ledger.unfinished()
        assert attempt(machines, step % 12 + 1, only_rest=True) in (0, KILLED)
        assert attempt(machines, 0, only_rest=True) == 0
        assert ledger.unfinished() is None
        if cut is None:
            assert attempt(machines, 0, only_rest=False) == 0
        assert machines.state() == wanted
        assert _events(ledger) == known
        assert not ledger.fault()
        assert_nothing_was_done_twice_unseen(machines)
    assert step > 30
    assert machines.state() == wanted


def _events(ledger: Ledger) -> dict[Unit, str]:
    return {unit: state.event for unit, state in ledger.state().units.items()}


def test_resume_says_that_nothing_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: plan the town anew whatever the last run's end was."""
    prepared(tmp_path, monkeypatch)
    assert run(["resume", "-i", str(TOWN), "--yes"]) == 0
    assert "nothing was interrupted" in capsys.readouterr().out


def test_an_apply_after_a_cut_off_run_tells_of_it_and_checks_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: leave the telling or the checks to `resume` alone."""
    machines, _ = prepared(tmp_path, monkeypatch)
    assert attempt(machines, 12, only_rest=False) == KILLED
    seen = len(machines.happened())
    told: list[str] = []
    options = pipeline.Options(cut_off=lambda cut: told.append(interrupted_text(cut)), hands=machines.hands)
    done = pipeline.apply_town(TOWN, lambda _: True, options)
    assert done is not None and done.succeeded
    assert "was cut off" in told[0]
    first = machines.happened()[seen]
    assert first[0] == "check"
    unknown = next(line for line in told[0].splitlines() if "unknown" in line)
    assert f"{first[2]} on {first[1]}" in unknown
