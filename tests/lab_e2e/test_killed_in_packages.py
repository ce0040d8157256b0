"""The control machine dies while a PC's packages are being installed; resume ends as that run would have."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from orchestrator.apply.survey import STAMPS
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Townhall, at_the_console

PC, ROLE = "lab-pc-0001", "base"
PACKAGES = "chrony unattended-upgrades"
WITHOUT = f"apt-get -y remove {PACKAGES} && rm {STAMPS}/{ROLE}.json"


@pytest.fixture
def killed(townhall: Townhall) -> Iterator[None]:
    """An apply to a PC without some packages, killed as soon as dpkg is at work there; all is right after."""
    assert at_the_console(PC, WITHOUT).returncode == 0
    call = ["townhall", "apply", "-i", str(TOWN), "--ask", "--yes"]
    running = subprocess.Popen(call, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while at_the_console(PC, "pgrep -x dpkg").returncode:
        assert running.poll() is None and time.monotonic() < end, "no package was installed"
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    yield
    assert townhall("apply", "--ask", "--yes").returncode == 0


@pytest.mark.usefixtures("killed")
def test_a_run_that_is_killed_while_packages_are_installed_is_resumed_to_its_end(townhall: Townhall) -> None:
    """Sabotage: let `cut_off` in orchestrator/cut_off.py find no run."""
    assert at_the_console(PC, f"dpkg-query -W -f '${{Status}}\\n' {PACKAGES} | sort -u").stdout != (
        "install ok installed\n"
    ), "the packages were there already: nothing is proven"
    resumed = townhall("resume", "--yes")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert f"1 unknown, checked before anything else: {ROLE} on {PC}" in resumed.stdout
    assert at_the_console(PC, "dpkg --audit").stdout == ""
    assert json.loads(townhall("apply", "--ask", "--yes", "--json").stdout)["units"] == []
    proven = townhall("verify", "--host", PC)
    assert proven.returncode == 0, proven.stdout
    assert townhall("drift").returncode == 0, "what the killed run did is told as a change by hand"
