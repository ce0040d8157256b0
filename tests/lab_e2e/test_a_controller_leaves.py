"""R11 on a living domain: the controller that stays is asked, and keeps the other one."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.apply.controllers import ask_controllers
from orchestrator.desired import Desired
from orchestrator.hands import ssh
from tests.lab_e2e.conftest import TOWN, run

STAYS, LEAVES = "lab-dc1", "lab-dc2"


def test_a_controller_that_was_not_demoted_does_not_leave(tmp_path: Path, wanted: Desired) -> None:
    """Sabotage: leave `_hold_departure` out of `hold_back`."""
    standing = ask_controllers(ssh(wanted), [STAYS])[STAYS]
    assert standing is not None
    assert set(standing.masters.values()) == {STAYS} and len(standing.masters) == 7
    assert {source.partner for source in standing.sources if not source.fails} == {LEAVES}
    assert standing.is_catalogue and not standing.lacking
    root = shutil.copytree(TOWN, tmp_path / "lab")
    for file in (root / "hosts").iterdir():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if f" {LEAVES}: {{" not in line), encoding="utf-8")
    said = run("townhall", "apply", "--yes", "--retire", LEAVES, "-i", str(root))
    assert said.returncode == 1, said.stdout + said.stderr
    assert "TH-NOT-DEMOTED" in said.stdout + said.stderr
