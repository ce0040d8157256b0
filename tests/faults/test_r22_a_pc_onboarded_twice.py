"""R22: a PC that is brought in twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator import pipeline
from tests.faults.test_r01_killed_controller import TOWN, attempt, prepared

PC = (("lab-pc-0001", "antivirus_client"), ("lab-pc-0001", "workstation"))


def test_the_same_pc_applied_again_is_nothing_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: let a second apply run what is done."""
    machines, _ = prepared(tmp_path, monkeypatch, PC)
    assert attempt(machines, 0, only_rest=False) == 0
    seen = machines.happened()
    assert seen
    assert pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands)) is None
    assert machines.happened() == seen
