"""A run against a machine of the lab is killed; the next apply puts the machine right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from orchestrator.desired import desired
from orchestrator.reach import Ssh, write_ssh_config
from tests.apply.town_of_one import TownOfOne
from tests.lab_e2e.conftest import REPOSITORY, TOWN, within

PC = "lab-pc-0001"
KILLED = "from tests.lab_e2e.test_killed_apply import apply_new; apply_new({root!r})"


def machine() -> tuple[str, Ssh, object]:
    """Return name, shell and connection of a PC of the lab."""
    wanted = desired(TOWN)
    return PC, Ssh(write_ssh_config(wanted.town, wanted.intent)), wanted.rendering.connections[PC]


def apply_new(root: str) -> None:
    """Apply the change that is cut off; runs as a process of its own."""
    town = TownOfOne(Path(root), *machine())  # type: ignore[arg-type]
    town.apply(town.rendering("new", seconds=120), "killed")


def test_a_handler_that_a_killed_run_left_out_runs_with_the_next_apply(tmp_path: Path) -> None:
    """Sabotage: leave `every_handler` unset for units whose last run did not end well."""
    town = TownOfOne.create(tmp_path, *machine())
    try:
        assert town.apply(town.rendering("old"), "first").succeeded
        running = subprocess.Popen([sys.executable, "-c", KILLED.format(root=str(tmp_path))], cwd=REPOSITORY)
        assert within(90, lambda: town.read("setting") == "new"), "nothing came of it"
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert town.read("in-force") == "old"
        assert town.plan(town.rendering("new")).units[0].reason == "backlog: the last run was cut off"
        assert town.apply(town.rendering("new"), "second").succeeded
        assert town.read("in-force") == "new"
        assert not town.plan(town.rendering("new")).units
    finally:
        town.shell.run_all({PC: f"rm -rf {town.folder}; pkill -f '^sleep 120' || true"})
