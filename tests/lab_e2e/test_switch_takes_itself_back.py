"""A change of a switch that cuts the controller off from it is gone again by itself.

The controller stands in a namespace of its own here, in a port of the switch, and reaches the switch by that
port alone: the frames of its login cross the very port that the change takes away.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.desired import Desired
from tests.lab_e2e.conftest import REPOSITORY, Shell, comes_back, power_cut, run, within

SWITCH, PORT, VLAN, OTHER_VLAN = "lab-sw1", 20, 99, 20
SPACE = "lab-in-band"
SWITCH_ADDRESS, OWN_ADDRESS = "198.18.99.250", "198.18.99.251"
WINDOW_SECONDS = 10


@dataclass(frozen=True)
class InBand:
    """A controller in a port of the switch."""

    arguments: dict[str, object]
    shell: Shell

    def wish(self, vlan: int, seconds: int) -> subprocess.CompletedProcess[str]:
        """Ask for the controller's port in a VLAN, with all else as it is wanted in the town."""
        ports = [
            {**port, "mode": "access", "vlan": vlan, "description": "controller"}
            if port["number"] == PORT
            else port
            for port in self.arguments["switch_ports"]  # type: ignore[attr-defined]
        ]
        asked = {**self.arguments, "switch_ports": ports, "switch_revert_seconds": seconds}
        call = ["ip", "netns", "exec", SPACE, sys.executable, "-m", "tests.lab_e2e.configure"]
        return subprocess.run(
            call, input=json.dumps(asked), cwd=REPOSITORY, capture_output=True, text=True, check=False
        )


@pytest.fixture
def in_band(wanted: Desired, on: Callable[[str], Shell], tmp_path: Path) -> Iterator[InBand]:
    """Stands in a port of the switch; the port is as it was and the namespace is gone after."""
    arguments = next(
        dict(unit.arguments)
        for unit in wanted.rendering.units
        if (unit.host, unit.role) == (SWITCH, "switch")
    )
    keys = (REPOSITORY / str(arguments["switch_known_hosts"])).read_text(encoding="utf-8").splitlines()
    key = next(line.split(" ", 1)[1] for line in keys if str(arguments["switch_address"]) in line.split()[0])
    known = tmp_path / "known_hosts"
    known.write_text(f"{SWITCH_ADDRESS} {key}\n", encoding="utf-8")
    switch = on(SWITCH)
    port = f"swp{PORT}"
    laid = [
        f"ip netns add {SPACE}",
        f"ip -n {SWITCH} link set jack{PORT} netns {SPACE} name eth0",
        f"ip -n {SPACE} address add {OWN_ADDRESS}/24 dev eth0",
        f"ip -n {SPACE} link set eth0 up",
    ]
    for call in laid:
        assert run(*call.split()).returncode == 0, call
    ready = switch(
        f"ovs-vsctl --may-exist add-port br0 inband tag={VLAN} -- set interface inband type=internal"
        f" -- --may-exist add-port br0 {port} tag={VLAN} && ip link set {port} up && ip link set inband up"
        f" && ip address add {SWITCH_ADDRESS}/24 dev inband"
    )
    assert ready.returncode == 0, ready.stderr
    inside = ("ip", "netns", "exec", SPACE, "ssh", "-n", "-o", "ConnectTimeout=3", "-o", "BatchMode=yes")
    key_file = str(REPOSITORY / str(arguments["switch_private_key"]))
    options = ("-o", f"UserKnownHostsFile={known}", "-i", key_file)
    target = f"{arguments['switch_user']}@{SWITCH_ADDRESS}"
    there = {**arguments, "switch_address": SWITCH_ADDRESS, "switch_known_hosts": str(known)}
    yield InBand(there, lambda command: run(*inside, *options, target, "--", command))
    run("ip", "-n", SPACE, "link", "set", "eth0", "down")
    run("ip", "-n", SPACE, "link", "set", "eth0", "netns", SWITCH, "name", f"jack{PORT}")
    run("ip", "netns", "delete", SPACE)
    for name in ("inband", port):
        switch(f"ovs-vsctl --if-exists del-port br0 {name}")
    switch(f"ip link set {port} down")


def test_a_switch_port_that_is_kept_stays_and_nothing_is_armed_any_more(in_band: InBand) -> None:
    """Sabotage: leave out `confirm` in orchestrator/switches/apply.py."""
    done = in_band.wish(VLAN, WINDOW_SECONDS)
    assert done.returncode == 0, done.stderr
    time.sleep(WINDOW_SECONDS + 1)
    assert "controller" in in_band.shell(f"ovs-vsctl get port swp{PORT} external_ids").stdout


def test_a_vlan_change_that_cuts_the_controller_off_is_gone_after_the_window(in_band: InBand) -> None:
    """Sabotage: leave out `_arm` in orchestrator/switches/ovs.py."""
    lost = in_band.wish(OTHER_VLAN, WINDOW_SECONDS)
    assert lost.returncode == 1, lost.stdout
    comes_back(in_band.shell, WINDOW_SECONDS + 10)
    assert in_band.shell(f"ovs-vsctl get port swp{PORT} tag").stdout.strip() == str(VLAN)


def test_a_switch_that_restarts_inside_the_window_is_as_before(
    in_band: InBand, on: Callable[[str], Shell]
) -> None:
    """Sabotage: do not enable the service in `_arm` of orchestrator/switches/ovs.py."""
    lost = in_band.wish(OTHER_VLAN, 600)
    assert lost.returncode == 1, lost.stdout
    assert in_band.shell("true").returncode == 255, "the controller was not cut off: nothing is proven"
    power_cut(SWITCH)
    out_of_band = on(SWITCH)
    comes_back(out_of_band, 90)
    tag = f"ovs-vsctl get port swp{PORT} tag"
    assert within(30, lambda: out_of_band(tag).stdout.strip() == str(VLAN)), (
        "the start did not take the change back"
    )
