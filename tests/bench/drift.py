"""Asking the lab's hosts what was changed by hand, against Ansible's check mode and a deploy of pyinfra."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from orchestrator.attesting import attestations
from orchestrator.desired import desired
from orchestrator.model.drift import Spot
from orchestrator.reach import in_project
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from tests.bench.measure import REPOSITORY, Measured, best_of, measured
from tests.bench.town import apply, bare_town

WORK = REPOSITORY / "build/bench/pyinfra"
TOOL = WORK / "venv/bin/pyinfra"
DEPLOY = """\
from pyinfra import host
from pyinfra.operations import apt, files, systemd

for path, (kind, options) in host.data.files.items():
    getattr(files, kind)(path=path, **options)
for unit, options in host.data.units.items():
    systemd.service(service=unit, **options)
apt.packages(packages=host.data.packages, no_recommends=True)
"""


def drift() -> dict[str, Measured]:
    """Bring up and apply the lab, then ask it three ways; nothing is to be found."""
    town = bare_town()
    apply(town)
    found = compared(town)
    measured(["townhall", "lab", "down"])
    return found


def compared(town: Path) -> dict[str, Measured]:
    """The three ways on an applied town; pyinfra is asked of the same files, services and packages."""
    operations = write_deploy(town)
    check = ["ansible-playbook", "-i", str(town), "playbooks/site.yml", "--check", "--diff"]
    deploy = [str(TOOL), "-y", str(WORK / "hosts.py"), str(WORK / "deploy.py")]
    return {
        "ansible-playbook --check --diff": measured(check),
        f"pyinfra, {operations} operations": best_of(3, lambda: measured(deploy)),
        "townhall drift": best_of(3, lambda: measured(["townhall", "drift", "-i", str(town)])),
    }


def write_deploy(town: Path) -> int:
    """Install pyinfra into an environment of its own and write its deploy; return how much it asks."""
    shutil.rmtree(WORK, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(TOOL.parents[1])], check=True)
    subprocess.run([str(TOOL.with_name("pip")), "install", "--quiet", "pyinfra"], check=True)
    hosts = hosts_of(town)
    (WORK / "hosts.py").write_text(
        f"import json\nhosts = [tuple(one) for one in json.loads({json.dumps(hosts)!r})]\n"
    )
    (WORK / "deploy.py").write_text(DEPLOY)
    return sum(len(data["files"]) + len(data["units"]) + 1 for _, data in hosts)


def hosts_of(town: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every attested host with what pyinfra is to ask of it."""
    wanted = desired(town)
    connection = wanted.town.connection
    with closing(Ledger(ledger_path(wanted.town))) as ledger:
        known = attestations(ledger, wanted.intent.placements)
    way = {
        "ssh_user": connection.user,
        "ssh_key": str(in_project(connection.private_key)),
        "ssh_known_hosts_file": str(in_project(connection.known_hosts)),
    }
    return [
        (
            str(wanted.intent.placements[host].control_address),
            {**way, **_asked({spot: one.value for spot, (_, one) in attestation.spots().items()})},
        )
        for host, attestation in sorted(known.items())
    ]


def _asked(values: Mapping[Spot, Any]) -> dict[str, Any]:
    return {
        "files": {spot.name: _file(one) for spot, one in values.items() if spot.kind == "file"},
        "units": {
            spot.name: {"running": one["active"] == "active", "enabled": one["enabled"] == "enabled"}
            for spot, one in values.items()
            if spot.kind == "unit"
        },
        "packages": [spot.name for spot, one in values.items() if spot.kind == "package" and one["version"]],
    }


def _file(value: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if value["type"] == "link":
        return "link", {"target": value["target"]}
    if value["type"] == "absent":
        return "file", {"present": False}
    owner = {"user": value["owner"], "group": value["group"], "mode": value["mode"].lstrip("0")}
    return "directory" if value["type"] == "directory" else "file", owner
