"""An apply with real Ansible on a folder of this machine: changes, faults, and a run that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.apply.ansible import why_not_accelerated
from tests.apply.town_of_one import PROJECT, TownOfOne

pytestmark = pytest.mark.long


@pytest.fixture
def town(tmp_path: Path) -> TownOfOne:
    return TownOfOne.create(tmp_path)


def test_a_unit_is_applied_once_and_then_there_is_nothing_to_do(town: TownOfOne) -> None:
    rendering = town.rendering("one {{ not_a_template }}")
    outcome = town.apply(rendering, "first")
    assert outcome.succeeded, outcome.units
    assert town.read("in-force") == "one {{ not_a_template }}"
    assert not town.plan(rendering).units


@pytest.mark.skipif(bool(why_not_accelerated()), reason=why_not_accelerated())
def test_an_accelerated_run_changes_the_same_and_ends_the_same(town: TownOfOne, tmp_path: Path) -> None:
    other = TownOfOne.create(tmp_path / "accelerated")
    plain, quick = town.apply(town.rendering("one"), "run"), other.apply(other.rendering("one"), "run", True)
    assert [one.state for one in quick.units] == ["applied"]
    assert [one.changed for one in quick.units] == [one.changed for one in plain.units] == [2]
    assert other.read("in-force") == town.read("in-force") == "one"
    assert not other.plan(other.rendering("one")).units


def test_a_unit_without_its_stamp_is_applied_again(town: TownOfOne) -> None:
    rendering = town.rendering("one")
    assert town.apply(rendering, "first").succeeded
    (town.root / "machine" / "units" / "probe.json").unlink()
    assert [unit.reason for unit in town.plan(rendering).units] == ["stamp missing or foreign"]


def test_a_stamp_copied_from_another_machine_is_foreign(town: TownOfOne) -> None:
    rendering = town.rendering("one")
    assert town.apply(rendering, "first").succeeded
    stamp = town.root / "machine" / "units" / "probe.json"
    stamp.write_text(stamp.read_text().replace('"machine_id": "', '"machine_id": "f'))
    assert town.plan(rendering).units


def test_a_failed_task_is_told_in_its_own_words(town: TownOfOne) -> None:
    outcome = town.apply(town.rendering("one", seconds=-1), "first")
    assert [unit.state for unit in outcome.units] == ["failed"]
    assert "Something slow goes on" in outcome.units[0].why
    assert town.plan(town.rendering("one")).units[0].reason == "backlog: the last run failed"


def test_after_a_run_killed_between_change_and_handler_the_next_apply_runs_the_handler(
    town: TownOfOne,
) -> None:
    assert town.apply(town.rendering("old"), "first").succeeded
    apply = _start(town, "new", seconds=60)
    _wait_for(lambda: town.read("setting") == "new")
    os.kill(apply.pid, signal.SIGKILL)
    apply.wait()
    assert town.read("in-force") == "old"
    _wait_for(lambda: not _is_running(town))
    rendering = town.rendering("new")
    assert [unit.reason for unit in town.plan(rendering).units] == ["backlog: the last run was cut off"]
    assert town.apply(rendering, "second").succeeded
    assert town.read("in-force") == "new"
    assert not town.plan(rendering).units


def _start(town: TownOfOne, text: str, seconds: float) -> subprocess.Popen[bytes]:
    words = f"from tests.apply.town_of_one import main; main({str(town.root)!r}, {text!r}, '{seconds}')"
    return subprocess.Popen([sys.executable, "-c", words], cwd=PROJECT)


def _wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.1)


def _is_running(town: TownOfOne) -> bool:
    """Whether a child of the killed run is still at work on the machine."""
    commands = (path / "cmdline" for path in Path("/proc").iterdir() if path.name.isdigit())
    return any(str(town.root) in _text(path) for path in commands)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
