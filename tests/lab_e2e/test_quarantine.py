"""PCs that lock everybody out, also when the change is back, are left alone until they are put right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.desired import Desired
from tests.lab_e2e.conftest import TOWN, Townhall, at_the_console, run

VERIFIED, APPLIED = "lab-pc-0001", "lab-pc-0002"
LOST = {VERIFIED, APPLIED}
WINDOW_SECONDS = 8
MISTAKE = "/etc/ssh/sshd_config.d/05-by-hand.conf"
DOOR = "/etc/ssh/sshd_config.d/10-townhall.conf"
BY_HAND = f"echo 'AllowUsers nobody' > {MISTAKE}; echo '# by hand' >> {DOOR}"
"""Not in force before the server takes new settings, and there before: the way back brings it back too."""
PUT_RIGHT = f"rm -f {MISTAKE} && systemctl reload ssh"


@pytest.fixture
def impatient(tmp_path: Path) -> Path:
    """The town, whose PCs wait a few seconds only before they take a change of their doors back."""
    town = tmp_path / "lab"
    shutil.copytree(TOWN, town)
    (town / "group_vars/workstations").mkdir(exist_ok=True)
    own = town / "group_vars/workstations/base.yml"
    assert not own.exists()
    own.write_text(f"base_confirm_seconds: {WINDOW_SECONDS}\n", encoding="utf-8")
    return town


@pytest.fixture
def locked_out(townhall: Townhall) -> Iterator[None]:
    """A mistake on two PCs that nobody noticed yet; the lab is as it was after."""
    for host in LOST:
        assert at_the_console(host, BY_HAND).returncode == 0
    yield
    for host in LOST:
        at_the_console(host, PUT_RIGHT)
    townhall("apply", "--yes")
    assert townhall("plan").returncode == 0
    drift = json.loads(townhall("drift", "--json").stdout)
    assert ([one["words"] for one in drift["differences"]], drift["silent"]) == ([], {})
    for host in LOST:
        outcome = at_the_console(host, f"test ! -e {MISTAKE} && townhall-rollback outcome").stdout.split()
        assert outcome[1] in {"confirmed", "reverted"}


def applied(town: Path) -> tuple[int, dict[str, Any], str]:
    """Apply; the exit code, what it tells programs, and what it tells beside that."""
    done = run("townhall", "apply", "-i", str(town), "--yes", "--json")
    return done.returncode, json.loads(done.stdout), done.stderr


def kept(document: dict[str, Any]) -> list[str]:
    """The hosts in quarantine."""
    return [one["host"] for one in document["quarantined"]]


@pytest.mark.usefixtures("locked_out")
def test_pcs_that_nobody_reaches_any_more_are_left_out_until_they_are_put_right(
    impatient: Path, wanted: Desired, townhall: Townhall
) -> None:
    """Sabotage: leave `journal.quarantine` out of Aftermath.settle."""
    others = {*wanted.town.groups["workstations"]} - LOST
    first = run("townhall", "apply", "-i", str(impatient), "--yes")
    assert first.returncode == 1, first.stdout
    for host in LOST:
        assert (
            f"{host} does not answer, even after the time in which a change takes itself back" in first.stdout
        )
        assert f"{host} is in quarantine and left out" in first.stdout
    assert not [host for host in others if f"{host} is in quarantine" in first.stdout]

    code, second, told = applied(TOWN)
    assert (code, {unit["host"] for unit in second["units"]}, kept(second)) == (2, others, sorted(LOST))
    for one in second["quarantined"]:
        assert f"{one['host']} is in quarantine and left out" in told
        assert all(step in told and step in first.stdout for step in one["steps"])
        look = at_the_console(one["host"], one["steps"][0])
        assert look.stdout.split()[1] == "reverted", "the change is not back: something else is tried here"

    silent = townhall("verify", "--host", VERIFIED, "--json")
    assert (silent.returncode, kept(json.loads(silent.stdout))) == (1, [VERIFIED])
    for host in LOST:
        assert at_the_console(host, PUT_RIGHT).returncode == 0
    well = townhall("verify", "--host", VERIFIED, "--json")
    assert (well.returncode, kept(json.loads(well.stdout))) == (0, []), well.stdout
    assert f"{VERIFIED} is out of quarantine" in well.stderr

    code, third, told = applied(TOWN)
    assert (code, {unit["host"] for unit in third["units"]}, kept(third)) == (0, LOST, []), third
    assert f"{APPLIED} is out of quarantine" in told
    assert f"{VERIFIED} is out of quarantine" not in told
