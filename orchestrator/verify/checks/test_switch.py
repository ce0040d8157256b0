"""Switches part the networks: each port carries what is wanted, tried with frames where that is possible."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from orchestrator.model.intent import Intent, Placement
from orchestrator.model.names import SWITCH_PLATFORMS, WORKSTATIONS
from orchestrator.model.town import Town
from orchestrator.verify.checks.frames import hears, learned

pytestmark = pytest.mark.role("switch")
DATA = "eth0"
SPARE_VLAN = 4000

Carried = tuple[str, frozenset[int]]


def carried_by_ovs(machine: Any) -> dict[str, Carried]:
    """Mode and VLANs of every port of the bridge, as the database of the switch prints them."""
    members = set(machine.check_output("ovs-vsctl list-ports br0").split())
    columns = "name,vlan_mode,tag,trunks"
    table = machine.check_output(f"ovs-vsctl --format=csv --data=bare --columns={columns} list port")
    return {
        row["name"]: (row["vlan_mode"], frozenset(map(int, f"{row['tag']} {row['trunks']}".split())))
        for row in csv.DictReader(table.splitlines())
        if row["name"] in members
    }


def wanted(port: dict[str, Any]) -> Carried:
    """Mode and VLANs that the intent gives a port."""
    return port["mode"], frozenset(port["vlans"] if port["mode"] == "trunk" else [port["vlan"]])


@pytest.fixture
def ports(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The ports of a switch whose inside can be looked at."""
    if arguments["switch_platform"] != "ovs":
        pytest.skip("frames are looked for on Open vSwitch only; `townhall plan` compares other platforms")
    return list(arguments["switch_ports"])


def test_every_port_in_use_carries_exactly_its_networks(machine: Any, ports: list[dict[str, Any]]) -> None:
    """Sabotage: ovs-vsctl set port swp3 tag=99."""
    named = {port["name"] for port in ports}
    now = {name: carried for name, carried in carried_by_ovs(machine).items() if name in named}
    assert now == {port["name"]: wanted(port) for port in ports if port["mode"] != "shut"}


def test_every_port_in_use_has_its_link_up_and_no_other(machine: Any, ports: list[dict[str, Any]]) -> None:
    """Sabotage: ip link set dev swp24 up, on a port that is shut."""
    listed = machine.check_output("ip -brief link show up").splitlines()
    up = {line.split()[0].partition("@")[0] for line in listed}
    there = set(machine.check_output("ls /sys/class/net").split())
    assert {port["name"] for port in ports} & up == {
        port["name"] for port in ports if port["mode"] != "shut" and port["name"] in there
    }


def test_a_shut_port_passes_no_frame(machine: Any, ports: list[dict[str, Any]]) -> None:
    """Sabotage: ovs-vsctl add-port br0 swp24 tag=20 && ip link set dev swp24 up."""
    there = set(machine.check_output("ls /sys/class/net").split())
    shut = [port for port in ports if port["mode"] == "shut"]
    assert shut, "no port of this switch is shut, so nothing was tried"
    loose = [(port["name"], f"jack{port['number']}") for port in shut if f"jack{port['number']}" in there]
    for name, jack in loose[-4:]:
        machine.check_output("ip link set dev %s up", jack)
        assert learned(machine, machine, jack) == set(), f"a frame from {jack} went through {name}"
    assert not set(carried_by_ovs(machine)) & {port["name"] for port in shut}


@pytest.mark.town
def test_a_pc_hears_its_gateway_but_no_pc_of_another_network(
    town: Town, intent: Intent, peer: Callable[[str], Any]
) -> None:
    """Sabotage: give the ports of two PCs of different networks the same tag."""
    pairs = _strangers(town, intent)
    assert pairs, "there are no two PCs in different networks"
    for pc, other in pairs:
        gateway = town.networks[pc.network].gateway
        assert hears(peer(pc.host), DATA, str(gateway)), f"{pc.host} does not hear its gateway"
        assert not hears(peer(pc.host), DATA, str(other.address)), f"{pc.host} hears {other.host}"


def _strangers(town: Town, intent: Intent) -> list[tuple[Placement, Placement]]:
    first = {
        intent.placements[name].network: intent.placements[name]
        for name in sorted(town.groups[WORKSTATIONS], reverse=True)
    }
    return list(permutations((first[network] for network in sorted(first)), 2))[:2]


@pytest.mark.town
def test_a_trunk_carries_the_towns_networks_and_no_other(town: Town, peer: Callable[[str], Any]) -> None:
    """Sabotage: ovs-vsctl add port swp2 trunks 4000 on the switch that the trunk leads to."""
    trunks = [
        trunk
        for trunk in town.trunks
        if trunk.to_port is not None
        and {town.hosts[end].platform for end in (trunk.switch, trunk.to)} == {"ovs"}
    ]
    if not trunks:
        pytest.skip("no trunk joins two Open vSwitches")
    for trunk in trunks:
        name = SWITCH_PLATFORMS["ovs"].port_name(trunk.port)
        near, far = peer(trunk.switch), peer(trunk.to)
        for network in town.networks.values():
            assert learned(far, near, name, network.vlan) == {network.vlan}, f"{network.name} does not pass"
        assert learned(far, near, name, SPARE_VLAN) == set(), f"VLAN {SPARE_VLAN} passes {trunk.to}"
        assert learned(far, near, name) == set(), f"a frame without a tag passes {trunk.to}"
