"""A line is merged into a bare repository, the timer's script runs, and the machines are told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.role_files import REPOSITORY
from tests.merged.town import ADDED, MergedTown

pytestmark = pytest.mark.long

SCRIPT = REPOSITORY / "docs/how-to/without-a-forge/townhall-apply"


@pytest.fixture
def served(town: MergedTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MergedTown:
    """The town with this project's job script, under a name that is no lab's."""
    shutil.copytree(REPOSITORY / ".ci", town.admin.folder / ".ci")
    (town.admin.folder / ".gitignore").write_text("build/\n.venv/\n")
    town.admin.git("mv", "inventories/lab", "inventories/hall")
    town.admin.inventory = town.admin.folder / "inventories/hall"
    town.admin.commit("the town's name")
    town.admin.git("push", "-q", "origin", "main")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "townhall").write_text(
        f'#!/bin/sh\nexec {sys.executable} -m tests.merged.townhall_with_doubles "$@"\n'
    )
    (tools / "townhall").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return town


def timer(town: MergedTown) -> subprocess.CompletedProcess[str]:
    """One run of the timer's script."""
    call = [str(SCRIPT), str(town.bare), "main", str(town.bare.parent / "served")]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def test_a_line_that_is_merged_into_a_bare_repository_is_applied(served: MergedTown) -> None:
    """Sabotage: leave the fetch out of the script."""
    first = timer(served)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "ran dhcp_server on lab-dhcp1" in first.stdout
    assert timer(served).stdout == "", "nothing was merged, nothing is looked at"
    served.merge(ADDED)
    second = timer(served)
    assert second.returncode == 0, second.stderr
    assert "ran workstation on lab-pc-0003" in second.stdout
    assert "ran domain_member on lab-pc-0002" not in second.stdout
    told = (served.bare.parent / "served/told/hall.md").read_text()
    assert "**Applied and proven**" in told


def test_what_was_refused_is_told_and_tried_again(served: MergedTown) -> None:
    """Sabotage: remember the commit before it was applied."""
    timer(served)
    served.merge({"replace": {"hosts/workstations.yml": {"A-101-1": "A-999-1"}}})
    refused = timer(served)
    assert refused.returncode == 1
    assert "A-999-1" in refused.stderr
    assert "**Refused**" in (served.bare.parent / "served/told/hall.md").read_text()
    assert timer(served).returncode == 1
    served.admin.git("revert", "--no-edit", "HEAD")
    served.admin.git("push", "-q", "origin", "main")
    assert timer(served).returncode == 0


def test_edits_on_the_runner_are_gone_before_anything_is_applied(served: MergedTown) -> None:
    """Sabotage: update the clone without force."""
    timer(served)
    clone = served.bare.parent / "served/clone"
    (clone / "inventories/hall/hosts/workstations.yml").write_text("workstations: {hosts: {}}\n")
    (clone / "inventories/hall/stray.yml").write_text("")
    served.merge(ADDED)
    done = timer(served)
    assert done.returncode == 0, done.stderr
    assert not (clone / "inventories/hall/stray.yml").exists()
