"""S-22: a machine whose host key changed or was never pinned is not entered; both fingerprints are shown."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from orchestrator.apply.survey import known_keys, survey
from orchestrator.desired import desired
from orchestrator.model.plan import Observation
from orchestrator.reach import PROJECT, Ssh, write_ssh_config
from tests.switches.ios_device import IosDevice
from tests.switches.ios_server import IosServer


def key(path: Path) -> paramiko.PKey:
    """A new key."""
    call = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(call, check=True)
    return paramiko.Ed25519Key.from_private_key_file(str(path))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[IosServer]:
    """A machine on a loopback port."""
    served = IosServer(IosDevice.of(""), key(tmp_path / "client"), key(tmp_path / "host"))
    yield served
    served.close()


def asked(server: IosServer, tmp_path: Path, pinned: str) -> tuple[str, list[str]]:
    """The fingerprint that is pinned, and what the refusal says."""
    known = tmp_path / "known_hosts"
    known.write_text(pinned)
    config = tmp_path / "config"
    config.write_text(
        f"Host pc-1\n  HostName 127.0.0.1\n  Port {server.port}\n  IdentityFile {tmp_path / 'client'}\n"
        f"  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n  BatchMode yes\n  User townhall\n"
    )
    fingerprint = known_keys(pinned).get(f"[127.0.0.1]:{server.port}", "")
    seen = survey(Ssh(config), ["pc-1"], {"pc-1": Observation(fingerprint)})["pc-1"]
    assert not seen.reachable
    problem = seen.rejected
    assert problem is not None
    return fingerprint, [problem.place, problem.code, problem.value, problem.reason, problem.remedy]


def test_a_changed_key_shows_both_fingerprints_and_how_to_pin_the_new_one(
    server: IosServer, tmp_path: Path
) -> None:
    """Sabotage: take a refused key for a machine that is switched off."""
    other, own = key(tmp_path / "other"), paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "host"))
    pinned, said = asked(server, tmp_path, f"[127.0.0.1]:{server.port} ssh-ed25519 {other.get_base64()}\n")
    place, code, value, reason, remedy = said
    assert (place, code, value) == (f"{tmp_path / 'known_hosts'}:1", "TH-HOST-KEY-CHANGED", "pc-1")
    assert pinned in reason
    assert own.fingerprint in reason
    assert f"ssh-keygen -R '[127.0.0.1]:{server.port}'" in remedy
    assert f"ssh-keyscan -p {server.port} -t ed25519 127.0.0.1" in remedy


def test_a_key_that_was_never_pinned_is_not_trusted(server: IosServer, tmp_path: Path) -> None:
    """Sabotage: accept new keys."""
    _, said = asked(server, tmp_path, "")
    assert said[1:3] == ["TH-HOST-KEY-UNKNOWN", "pc-1"]


def test_a_machine_that_is_switched_off_is_only_not_reachable(tmp_path: Path) -> None:
    """Sabotage: refuse whoever does not answer."""
    config = tmp_path / "config"
    config.write_text("Host pc-1\n  HostName 127.0.0.1\n  Port 1\n  BatchMode yes\n")
    seen = survey(Ssh(config), ["pc-1"], {})["pc-1"]
    assert (seen.reachable, seen.rejected) == (False, None)


def test_a_pin_that_changed_is_held_against_a_new_connection(tmp_path: Path) -> None:
    """An open one was made to the key of before. Sabotage: leave the pins out of the sockets' names."""
    lab, known = desired(PROJECT / "inventories/lab"), tmp_path / "known_hosts"
    town = replace(lab.town, connection=replace(lab.town.connection, known_hosts=str(known)))

    def sockets() -> set[str]:
        lines = write_ssh_config(town, lab.intent).read_text(encoding="utf-8").splitlines()
        return {line for line in lines if "ControlPath" in line}

    known.write_text("one")
    before = sockets()
    assert before == sockets()
    known.write_text("another")
    assert before.isdisjoint(sockets())
