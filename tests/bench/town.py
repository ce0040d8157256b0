"""The lab's town from nothing and one more PC, by Townhall and by plain Ansible."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench.measure import REPOSITORY, Measured, measured

LAB = REPOSITORY / "inventories/lab"
TOWN = REPOSITORY / "build/bench/lab"
NEW_PC = [
    "--mac",
    "52:54:00:12:00:03",
    "--socket",
    "A-103-2",
    "--person",
    "m.petrovic",
    "--address",
    "198.18.10.53",
]


def bare_town() -> Path:
    """The lab with every machine as it comes from its box, and a copy of its inventory to work on."""
    measured(["townhall", "lab", "down"])
    measured(["townhall", "lab", "up"])
    shutil.rmtree(TOWN, ignore_errors=True)
    shutil.copytree(LAB, TOWN)
    return TOWN


def apply(town: Path, *options: str) -> Measured:
    """One apply with its checks."""
    return measured(["townhall", "apply", "-i", str(town), "--yes", *options])


def playbook(town: Path) -> Measured:
    """Plain Ansible over the whole town: linear strategy, pipelining, 8 forks, kept connections."""
    return measured(["ansible-playbook", "-i", str(town), "playbooks/site.yml"])


def town() -> dict[str, Measured]:
    """Baseline and Townhall, each from bare machines, then one more PC and a plan with nothing to do."""
    found = {"ansible-playbook site.yml, bare town": playbook(bare_town())}
    found["townhall apply with checks, bare town"] = apply(bare_town())
    found["ansible-playbook site.yml, nothing to change"] = playbook(TOWN)
    found["townhall plan, nothing to do"] = measured(["townhall", "plan", "-i", str(TOWN)])
    measured(["townhall", "onboard", "lab-pc-0003", *NEW_PC, "--platform", "debian13", "-i", str(TOWN)])
    found["townhall apply with checks, one new PC"] = apply(TOWN)
    found["townhall apply with checks, accelerated, bare town"] = apply(bare_town(), "--accelerate")
    measured(["townhall", "lab", "down"])
    return found
