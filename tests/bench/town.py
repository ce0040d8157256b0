"""The lab's town from nothing and one more PC, by Townhall and by plain Ansible."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from orchestrator.apply.ansible import why_not_accelerated
from tests.bench.measure import REPOSITORY, Measured, measured

LAB = REPOSITORY / "inventories/lab"
TOWN = REPOSITORY / "build/bench/lab"
WAYS = {"without mitogen": "--no-accelerate", "with mitogen": "--accelerate"}
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


def apply(town: Path, *options: str) -> tuple[Measured, Measured]:
    """One apply: what plain Ansible does too, without the checks, and the whole with them."""
    whole = measured(["townhall", "apply", "-i", str(town), "--yes", "--json", *options])
    alone = json.loads(whole.output[whole.output.index("{") :])["seconds"]
    return Measured(alone, whole.mebibytes, ""), whole


def playbook(town: Path) -> Measured:
    """Plain Ansible over the whole town: linear strategy, pipelining, 8 forks, kept connections."""
    return measured(["ansible-playbook", "-i", str(town), "playbooks/site.yml"])


def onboard(town: Path) -> None:
    """Add the line of the third PC."""
    measured(["townhall", "onboard", "lab-pc-0003", *NEW_PC, "--platform", "debian13", "-i", str(town)])


def rows(what: str, parts: tuple[Measured, Measured]) -> dict[str, Measured]:
    """The two rows of an apply."""
    return {f"townhall apply, {what}": parts[0], f"the same with its checks, {what}": parts[1]}


def town() -> dict[str, Measured]:
    """Baseline and Townhall, each from bare machines, then one more PC and a plan with nothing to do."""
    place = bare_town()
    found = {"ansible-playbook site.yml, bare town": playbook(place)}
    onboard(place)
    found["ansible-playbook site.yml, one new PC"] = playbook(place)
    for name, option in WAYS.items():
        if option == "--accelerate" and why_not_accelerated():
            continue
        place = bare_town()
        found |= rows(f"bare town, {name}", apply(place, option))
        onboard(place)
        found |= rows(f"one new PC, {name}", apply(place, option))
    found["ansible-playbook site.yml, nothing to change"] = playbook(TOWN)
    found["townhall plan, nothing to do"] = measured(["townhall", "plan", "-i", str(TOWN)])
    measured(["townhall", "lab", "down"])
    return found
