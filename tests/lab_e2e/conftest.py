"""A living lab: the tests here run after the demo, on the town in build/demo/lab."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.desired import Desired, desired
from orchestrator.lab.podman import podman
from orchestrator.reach import write_ssh_config

REPOSITORY = Path(__file__).resolve().parents[2]
TOWN = REPOSITORY / "build/demo/lab"

Townhall = Callable[..., subprocess.CompletedProcess[str]]
Shell = Callable[[str], subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the lab."""
    for item in items:
        if "lab_e2e" in str(item.path):
            item.add_marker(pytest.mark.lab)


def run(*call: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository and keep its output."""
    return subprocess.run(call, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session", autouse=True)
def signing_key() -> None:
    """None of its own: the town's ledger is signed by the key with which the demo applied it."""
    os.environ.pop("TOWNHALL_SIGNING_KEY", None)


@pytest.fixture
def townhall() -> Townhall:
    """Call `townhall` on the demo's town."""
    return lambda verb, *options: run("townhall", verb, *options, "-i", str(TOWN))


@pytest.fixture
def units_applied(townhall: Townhall) -> Callable[[], set[tuple[str, str]]]:
    """Apply and give the units (host, role) that were run."""

    def apply() -> set[tuple[str, str]]:
        done = townhall("apply", "--yes", "--json")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return {(unit["host"], unit["role"]) for unit in json.loads(done.stdout)["units"]}

    return apply


@pytest.fixture(scope="session")
def wanted() -> Desired:
    """What the town's inventory asks for."""
    return desired(TOWN)


@pytest.fixture
def on(wanted: Desired) -> Callable[[str], Shell]:
    """Gives a shell on a host, over a new connection for each command."""
    config = str(write_ssh_config(wanted.town, wanted.intent))
    new = ("ssh", "-n", "-F", config, "-o", "ControlPath=none", "-o", "ConnectTimeout=3")
    return lambda host: lambda command: run(*new, host, "--", command)


@pytest.fixture
def host(wanted: Desired) -> str:
    """The town's firewall."""
    return wanted.town.groups["firewalls"][0]


def at_the_console(host: str, command: str) -> subprocess.CompletedProcess[str]:
    """Do as a person at a machine does, whatever its doors let in."""
    return run("podman", "exec", host, "sh", "-c", command)


def power_cut(host: str) -> None:
    """Cut a machine's power and switch it on again: what was in memory alone, such as its rules, is gone."""
    engine = podman()
    engine("kill", "--signal", "KILL", host)
    engine("wait", host)
    run("ip", "netns", "exec", host, "nft", "flush", "ruleset")
    engine("start", host)


def comes_back(shell: Shell, seconds: float) -> float:
    """Wait until a machine answers over a new connection; returns the seconds it took."""
    began = time.monotonic()
    while shell("true").returncode:
        assert time.monotonic() - began < seconds, f"no answer for {seconds} s"
        time.sleep(0.5)
    return time.monotonic() - began


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until something holds; False where it does not by then."""
    end = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(0.3)
    return holds
