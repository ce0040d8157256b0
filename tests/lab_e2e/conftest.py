"""A living lab: the tests here run after the demo, on the town in build/demo/lab."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOWN = REPOSITORY / "build/demo/lab"

Townhall = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the lab."""
    for item in items:
        if "lab_e2e" in str(item.path):
            item.add_marker(pytest.mark.lab)


def run(*call: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository and keep its output."""
    return subprocess.run(call, cwd=REPOSITORY, capture_output=True, text=True, check=False)


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
