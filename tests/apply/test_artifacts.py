"""What a run leaves on this machine is closed to others, and does not stay for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.ansible import Job
from orchestrator.apply.artifacts import private
from tests.apply.playing import Hear
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared


class Writing(Machines):
    """Ansible writes what it says."""

    def run(self, job: Job, hear: Hear) -> str:
        job.folder.mkdir(parents=True)
        (job.folder / "stdout").write_text("said")
        return super().run(job, hear)


RUN = "20261126-101500-000001"


def test_nobody_else_reads_what_a_run_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: leave `private` out of the pipeline, or its umask."""
    monkeypatch.setattr(pipeline, "vault_files", lambda *_: ())
    prepared(tmp_path, monkeypatch, (("lab-pc-0001", "workstation"),))
    machines = Writing(tmp_path / "machines", TOWN)
    before = os.umask(0o022)
    try:
        done = pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))
        assert os.umask(0o022) == 0o022, "the mask of other files stays as it was"
    finally:
        os.umask(before)
    assert done is not None and done.succeeded
    runs = tmp_path / "build/runs"
    left = [runs, *runs.rglob("*")]
    assert any(path.is_file() for path in left)
    assert [str(path) for path in left if path.stat().st_mode & 0o077] == []


def test_runs_of_long_ago_are_forgotten_and_nothing_else(tmp_path: Path) -> None:
    """Sabotage: keep all, or take away what is no run."""
    for name in ("20261001-000000-000000", "20261027-101459-999999", "20261027-101500-5", "notes", "2026"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "playbook.yml").write_text("kept")
    with private(tmp_path / RUN):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"20261027-101500-5", "notes", "2026", RUN}
