"""netmiko against a simulated switch: login, change, proof over a new connection, save."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from orchestrator.errors import MachineError, Refused
from orchestrator.model.switch import Port, Vlan, WantedSwitch
from orchestrator.render.switch_text import cisco_ios_sections
from orchestrator.switches import Target, apply_switch
from orchestrator.switches.session import NetmikoSession
from tests.golden import Golden
from tests.switches.ios_device import IosDevice
from tests.switches.ios_server import IosServer

RUNNING = (Path(__file__).parent / "running.cfg").read_text()
VLANS = (Vlan(10, "users-a"), Vlan(20, "servers"), Vlan(99, "management"))
UPLINK = Port(48, "GigabitEthernet1/0/48", "trunk", None, (10, 20, 99), "trunk sg-sw-core 1")
WANTED = WantedSwitch(
    VLANS,
    (
        Port(1, "GigabitEthernet1/0/1", "access", 10, (), "Писарница, шалтер 3"),
        Port(2, "GigabitEthernet1/0/2", "shut", None, (), "unused"),
        UPLINK,
    ),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[IosServer]:
    for name in ("key", "host"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(words, check=True)
    keys = [paramiko.Ed25519Key.from_private_key_file(str(tmp_path / name)) for name in ("key", "host")]
    served = IosServer(IosDevice.of(RUNNING), *keys)
    served.write_known_hosts(tmp_path / "known_hosts")
    yield served
    served.close()


@pytest.fixture
def target(server: IosServer, tmp_path: Path) -> Target:
    return Target(
        "cisco_ios",
        "127.0.0.1",
        "sg-sw-test",
        "townhall",
        tmp_path / "key",
        tmp_path / "known_hosts",
        port=server.port,
    )


def managed(device: IosDevice) -> dict[str, list[str]]:
    heads = {head for head, _ in cisco_ios_sections(WANTED)}
    return {
        head: sorted(set(lines) - {"spanning-tree portfast"})
        for head, lines in device.running.items()
        if head in heads
    }


def test_a_switch_becomes_what_is_wanted_and_a_second_run_has_nothing_to_do(
    server: IosServer, target: Target
) -> None:
    unmanaged = server.device.running["interface GigabitEthernet1/0/3"].copy()
    assert apply_switch(target, WANTED, check=False).changed
    assert managed(server.device) == {head: sorted(lines) for head, lines in cisco_ios_sections(WANTED)}
    assert server.device.running["interface GigabitEthernet1/0/3"] == unmanaged
    assert server.device.startup == server.device.text()
    assert not server.device.reload_scheduled
    assert server.logins == 2
    assert not apply_switch(target, WANTED, check=False).changed


def test_check_mode_says_the_lines_and_enters_none(server: IosServer, target: Target) -> None:
    change = apply_switch(target, WANTED, check=True)
    assert "interface GigabitEthernet1/0/1" in change.lines
    assert server.device.entered == []


def test_a_switch_that_is_lost_by_a_change_reloads_with_its_old_configuration(
    server: IosServer, target: Target
) -> None:
    def connect_once(target: Target) -> NetmikoSession:
        if server.logins:
            raise MachineError("no answer")
        return NetmikoSession(target)

    with pytest.raises(MachineError, match="no answer"):
        apply_switch(target, WANTED, check=False, connect=connect_once)
    assert server.device.reload_scheduled
    assert server.device.startup == RUNNING


def test_a_change_that_takes_management_from_the_uplink_is_refused_before_a_line_is_entered(
    server: IosServer, target: Target, golden: Golden
) -> None:
    told = []
    for worse in (replace(UPLINK, vlans=(10, 20)), replace(UPLINK, mode="shut", vlans=())):
        with pytest.raises(Refused) as refused:
            apply_switch(target, replace(WANTED, ports=(worse,)), check=True)
        told.append(f"{refused.value}\n")
    golden("refusals/a_switch_that_would_be_locked_out", "".join(told))
    assert server.device.entered == []


def test_a_switch_with_another_host_key_than_the_pinned_one_is_not_entered(
    server: IosServer, target: Target, tmp_path: Path
) -> None:
    shutil.copy(tmp_path / "known_hosts", tmp_path / "other")
    text = (tmp_path / "other").read_text().split(" ")[:2]
    other = (tmp_path / "key.pub").read_text().split(" ")[1]
    (tmp_path / "other").write_text(" ".join([*text, other]) + "\n")
    for known_hosts in (tmp_path / "other", tmp_path / "missing"):
        with pytest.raises(MachineError):
            apply_switch(replace(target, known_hosts=known_hosts), WANTED, check=True)
    assert server.logins == 0
