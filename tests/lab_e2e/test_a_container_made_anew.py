"""A machine that comes back empty gets its own units again, and no secret of them is seen anywhere."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ruamel.yaml import YAML

from orchestrator.desired import Desired
from orchestrator.record.place import build_directory, ledger_path
from orchestrator.secret_values import derived_secret
from tests.apply.test_canaries import references
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Shell, run

HOST, DIRECTORY = "lab-pc-0002", "lab-dc1"


@dataclass
class Rebuilt:
    """What an apply to a machine made anew did and said, and every command line meanwhile."""

    units: set[tuple[str, str]]
    said: str
    commands: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def rebuilt() -> Rebuilt:
    """One machine is made anew and applied; Ansible says all that it can."""
    made = run("townhall", "lab", "up", "--recreate", HOST)
    assert made.returncode == 0, made.stdout + made.stderr
    with command_lines() as seen:
        call = ["townhall", "apply", "--yes", "--json", "-i", str(TOWN)]
        loud = {**os.environ, "ANSIBLE_VERBOSITY": "4"}
        done = subprocess.run(call, cwd=REPOSITORY, env=loud, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    units = {(unit["host"], unit["role"]) for unit in json.loads(done.stdout)["units"]}
    return Rebuilt(units, done.stdout + done.stderr, seen)


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """Gather the command line of every process on this machine, those in the lab's machines too."""
    seen, over = set[str](), Event()

    def look() -> None:
        while not over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue

    watching = Thread(target=look, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        over.set()
        watching.join()


@pytest.fixture(scope="module")
def secrets(wanted: Desired) -> set[str]:
    """Every secret of the town, and every password that follows from one."""
    values: dict[str, str] = {}
    for tier in (0, 1):
        password = (build_directory(wanted.town) / f"vault/tier{tier}").read_bytes().strip()
        vault = VaultLib([(f"tier{tier}", VaultSecret(password))])
        text = (TOWN / f"group_vars/all/secrets_tier{tier}.yml").read_text(encoding="utf-8")
        sealed = YAML().load(text)
        values |= {
            name.removeprefix("secret_"): vault.decrypt(one.value).decode() for name, one in sealed.items()
        }
    named = {one for unit in wanted.rendering.units for one in references(unit.arguments)}
    derived = {derived_secret(values[one.name], one.purpose) for one in named if one.purpose}
    return {value.strip() for value in {*values.values(), *derived}}


def test_it_gets_exactly_its_own_units_again(rebuilt: Rebuilt) -> None:
    """Sabotage: leave the machine's identity out of the ledger's question."""
    roles = {role for host, role in rebuilt.units if host == HOST}
    assert roles >= {"base", "domain_member", "workstation"}
    assert {host for host, _ in rebuilt.units} <= {HOST, DIRECTORY}
    assert {role for host, role in rebuilt.units if host == DIRECTORY} <= {"directory"}


def test_no_secret_is_seen_on_the_way(
    rebuilt: Rebuilt, secrets: set[str], wanted: Desired, on: Callable[[str], Shell]
) -> None:
    """Ansible, its artifacts, the ledger, plans, every command line, the journals of the machines.

    Sabotage: take `no_log` off any task or argument with a password.
    """
    runs = build_directory(wanted.town) / "runs"
    newest = max(runs.iterdir(), key=lambda folder: folder.stat().st_mtime)
    texts = {str(path): path.read_text(errors="replace") for path in newest.rglob("*") if path.is_file()}
    loud = [name for name in texts if name.endswith("/stdout")]
    assert any("ESTABLISH" in texts[name] or "mitogen" in texts[name] for name in loud), (
        "Ansible was not loud"
    )
    texts |= {"said": rebuilt.said, "commands": "\n".join(rebuilt.commands)}
    assert "ansible-playbook" in texts["commands"] and "adcli" in texts["commands"]
    with closing(sqlite3.connect(ledger_path(wanted.town))) as ledger:
        texts["ledger"] = "".join(ledger.iterdump())
    for call in (["plan", "--json"], ["ledger", "show"], ["show", HOST, "--json"]):
        texts[" ".join(call)] = run("townhall", *call, "-i", str(TOWN)).stdout
    for host in (HOST, DIRECTORY):
        texts[f"journal of {host}"] = on(host)("journalctl --output=cat --no-pager").stdout
        assert len(texts[f"journal of {host}"]) > 1000
    assert len(secrets) > 10
    assert {name for name, text in texts.items() if any(secret in text for secret in secrets)} == set()
