"""A town that nobody touched tells nothing; sixty and more changes by hand are all told, and put back."""

from __future__ import annotations

import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

from orchestrator.desired import desired
from orchestrator.drifted import find_drift
from orchestrator.model.drift import Drift
from orchestrator.reach import Ssh, write_ssh_config
from tests.drift.seeded import Seed, seeds
from tests.lab_e2e.conftest import TOWN, Townhall

KEPT = "/root/townhall-seeds"
HERE = [seed for seed in seeds() if seed.lab]
KEEP = "mkdir -p {kept}{folder} && cp -a {path} {kept}{path} 2>/dev/null; true"
# In place where it is a file: a container's engine mounts some, and those cannot be replaced.
BACK = """\
if [ -f {kept}{path} ] && [ ! -L {kept}{path} ] && [ -f {path} ] && [ ! -L {path} ]; then
  cat {kept}{path} > {path}; chown --reference={kept}{path} {path}; chmod --reference={kept}{path} {path}
elif [ -d {path} ] && [ -d {kept}{path} ]; then
  chown --reference={kept}{path} {path}; chmod --reference={kept}{path} {path}
else rm -rf {path}; cp -a {kept}{path} {path} 2>/dev/null; true; fi"""


def shell() -> Ssh:
    wanted = desired(TOWN)
    return Ssh(write_ssh_config(wanted.town, wanted.intent))


def paths(seed: Seed) -> tuple[str, ...]:
    """The files that a seed touches."""
    kind, name = seed.spot
    return (*seed.keeps, *([name] if kind in {"file", "folder"} else []))


def on_every_host(commands: dict[str, list[str]]) -> None:
    answers = shell().run_all({host: "\n".join(lines) for host, lines in commands.items()}, 120)
    assert {host: one.error for host, one in answers.items() if one.status} == {}


def commands_of(form: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for seed in HERE:
        for path in paths(seed):
            found[seed.host].append(form.format(kept=KEPT, path=path, folder=path.rpartition("/")[0]))
    return found


@pytest.fixture
def changed_by_hand() -> Iterator[None]:
    """Make every change, and take each one back in the end."""
    on_every_host(commands_of(KEEP))
    changes: dict[str, list[str]] = defaultdict(lambda: ["set -e; ROOT="])
    undone = commands_of(BACK)
    for seed in HERE:
        changes[seed.host].append(seed.do)
        if seed.undo:
            undone.setdefault(seed.host, []).append(seed.undo)
    try:
        on_every_host(changes)
        yield
    finally:
        for lines in undone.values():
            lines += [f"rm -rf {KEPT}", "command -v systemctl >/dev/null && systemctl daemon-reload"]
        on_every_host(undone)


def found() -> Drift:
    return find_drift(TOWN)


def test_a_town_that_nobody_touched_tells_nothing(townhall: Townhall) -> None:
    """Sabotage: attest a lease, a signature or a socket that is chosen by chance."""
    done = townhall("drift", "--json")
    document = json.loads(done.stdout)
    assert [one["words"] for one in document["differences"]] == []
    assert document["silent"] == {}
    assert document["unattested"] == []
    assert len(document["asked"]) >= 10
    assert done.returncode == 0


@pytest.mark.usefixtures("changed_by_hand")
def test_every_change_by_hand_is_told_with_its_place(townhall: Townhall) -> None:
    """Sabotage: stop looking at any of the kinds."""
    drift = found()
    assert [seed for seed in HERE if not seed.is_told_by(drift.differences)] == []
    assert len(HERE) >= 60
    assert townhall("drift").returncode == 2


def test_nothing_is_left_of_the_changes(townhall: Townhall) -> None:
    """Sabotage: take one of the seeds' `undo` away."""
    test_a_town_that_nobody_touched_tells_nothing(townhall)


def test_a_revert_puts_back_what_its_units_answer_for_and_names_what_it_cannot(townhall: Townhall) -> None:
    """Sabotage: plan nothing for drifted units."""
    pc = "lab-pc-0002"
    stranger = "/etc/cron.d/helper"
    on_every_host(
        {
            pc: [
                "echo changed >> /etc/motd; systemctl disable --now chrony.service",
                f"mkdir -p /etc/cron.d; echo > {stranger}",
            ]
        }
    )
    try:
        done = townhall("drift", "--revert", "--yes", "--json", "--host", pc)
        left = [one["name"] for one in json.loads(done.stdout)["differences"]]
        assert left == [stranger], done.stdout + done.stderr
        assert done.returncode == 2
        answer = shell().run_all({pc: "grep -c changed /etc/motd; systemctl is-active chrony"})[pc]
        assert answer.output.split() == ["0", "active"]
    finally:
        on_every_host({pc: [f"rm -f {stranger}"]})


def test_a_host_that_does_not_answer_ends_with_1(townhall: Townhall) -> None:
    """Sabotage: call a silent host right."""
    subprocess.run(["podman", "pause", "lab-pc-0001"], check=True, capture_output=True)
    try:
        started = time.monotonic()
        done = townhall("drift", "--json", "--host", "lab-pc-0001", "--host", "lab-pc-0002")
        assert done.returncode == 1
        assert list(json.loads(done.stdout)["silent"]) == ["lab-pc-0001"]
        assert time.monotonic() - started < 200
    finally:
        subprocess.run(["podman", "unpause", "lab-pc-0001"], check=True, capture_output=True)
