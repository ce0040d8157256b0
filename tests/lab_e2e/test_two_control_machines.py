"""Two control machines apply to one PC at once: one does, the other is told; who dies or sleeps frees it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.apply.fence import LOST, Fence
from orchestrator.apply.fences import VARIABLE
from orchestrator.apply.leash import descendants
from orchestrator.apply.stamps import Stamps
from orchestrator.apply.survey import STAMPS
from orchestrator.desired import Desired
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Shell, run

PC, ROLE = "lab-pc-0001", "workstation"
SECONDS = 15
STAMP = f"{STAMPS}/{ROLE}.json"


@dataclass(frozen=True)
class Control:
    """A control machine: a copy of the town, and a ledger and a key of its own; `signers` are the others'."""

    town: Path
    state: Path
    signers: Path

    def starts(self, *options: str) -> subprocess.Popen[str]:
        """Start an apply of whatever lacks its stamp."""
        call = ["townhall", "apply", "-i", str(self.town), "--ask", "--yes", "--json", *options]
        own = {"TOWNHALL_STATE": str(self.state), "TOWNHALL_ALLOWED_SIGNERS": str(self.signers)}
        told = {**os.environ, **own, VARIABLE: str(SECONDS)}
        pipe = subprocess.PIPE
        return subprocess.Popen(call, cwd=REPOSITORY, env=told, stdout=pipe, stderr=pipe, text=True)

    def applies(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Apply to the end."""
        process = self.starts(*options)
        said, told = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, said, told)

    def begun(self) -> int:
        """How many units began in all runs of it."""
        with closing(Ledger(self.state / "lab.sqlite")) as ledger:
            return len(list(ledger.records(kind="started")))


@pytest.fixture
def controls(tmp_path: Path, wanted: Desired) -> tuple[Control, Control]:
    """Two control machines that both know what was applied so far, and by whose key that is signed."""
    made, signers = [], tmp_path / "signers"
    signers.write_text(run("townhall", "ledger", "key").stdout)
    signers.chmod(0o644)
    for name in ("one", "two"):
        shutil.copytree(TOWN, tmp_path / name / "lab")
        state = tmp_path / name / "state"
        state.mkdir()
        with (
            closing(sqlite3.connect(ledger_path(wanted.town))) as known,
            closing(sqlite3.connect(state / "lab.sqlite")) as copy,
        ):
            known.backup(copy)
        shutil.copy(ledger_path(wanted.town).with_suffix(".signed"), state)
        made.append(Control(tmp_path / name / "lab", state, signers))
    return made[0], made[1]


@pytest.fixture
def pc(on: Callable[[str], Shell]) -> Shell:
    """A PC on which one unit is pending, because its stamp is missing."""
    shell = on(PC)
    assert shell(f"rm {STAMP}").returncode == 0
    return shell


@pytest.fixture
def winner(controls: tuple[Control, Control], pc: Shell) -> Iterator[subprocess.Popen[str]]:
    """The first of them, in the middle of its unit."""
    before = controls[0].begun()
    process = controls[0].starts()
    try:
        end = time.monotonic() + 60
        while controls[0].begun() == before:
            assert process.poll() is None and time.monotonic() < end, "it did not begin"
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()


def stamped_by(pc: Shell) -> str:
    """The run whose stamp the unit bears."""
    return str(json.loads(pc(f"cat {STAMP}").stdout)["run"])


def test_one_wins_the_other_is_told_and_goes_on_when_the_winner_is_killed(
    controls: tuple[Control, Control], winner: subprocess.Popen[str], pc: Shell
) -> None:
    """Sabotage: leave out the end of a fence's time, or take none in the pipeline."""
    refused = controls[1].applies()
    assert refused.returncode == 1
    said = json.loads(refused.stdout)["message"]
    assert "another run holds 1 of 1 machines; nothing was changed" in said
    assert f"{PC}: " in said and f"townhall apply -i {controls[0].town}`" in said
    assert f"(process {winner.pid} on " in said
    winner.kill()
    winner.wait()
    after = controls[1].applies("--wait", "1")
    assert after.returncode == 0, after.stderr
    assert stamped_by(pc) == json.loads(after.stdout)["run"]


def test_a_control_machine_that_slept_stamps_nothing_when_it_wakes_up(
    controls: tuple[Control, Control], winner: subprocess.Popen[str], pc: Shell
) -> None:
    """Sabotage: let `check` not compare the mark. The sleeper's connections may have ended meanwhile."""
    mark = pc(f"cat {Fence().kept}/last").stdout.strip()
    asleep = [winner.pid, *descendants(winner.pid)]
    for process in asleep:
        os.kill(process, signal.SIGSTOP)
    after = controls[1].applies("--wait", "1")
    assert after.returncode == 0, after.stderr
    assert "waiting: another run holds 1 of 1 machines" in after.stderr
    for process in asleep:
        os.kill(process, signal.SIGCONT)
    said, told = winner.communicate(timeout=60)
    assert winner.returncode == 1
    (unit,) = json.loads(said)["units"]
    assert unit["state"] in {"unknown", "unreachable"}, told
    late = pc(Fence().check(mark) + Stamps().write(ROLE, "key", "late"))
    assert (late.returncode, "another run took this machine over" in late.stderr) == (LOST, True)
    assert stamped_by(pc) == json.loads(after.stdout)["run"]
    number = int(pc(f"cat {Fence().kept}/last").stdout.split()[0])
    assert number > int(mark.split()[0])
