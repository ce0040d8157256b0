"""The lab's wiring is data: what is cabled to what can be judged without a container."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from orchestrator.errors import LabError
from orchestrator.lab.blueprint import FIREWALL, SWITCH, Blueprint, Jack, bench, blueprint
from orchestrator.lab.state import EQUIPMENT_FILE
from orchestrator.lab.wiring import CORE, End, Wiring, port_end, space_name, wire_bench, wire_town
from orchestrator.load import load
from orchestrator.model.town import Town

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def town() -> Town:
    return load(REPOSITORY / "inventories/lab")


@pytest.fixture(scope="module")
def plan(town: Town) -> Blueprint:
    return blueprint(town, EQUIPMENT_FILE)


@pytest.fixture(scope="module")
def wiring(plan: Blueprint) -> Wiring:
    return wire_town(plan)


def test_every_machine_of_the_inventory_has_a_namespace(town: Town, wiring: Wiring) -> None:
    assert set(town.hosts) <= set(wiring.spaces)


def test_every_machine_is_plugged_where_its_line_says(town: Town, wiring: Wiring) -> None:
    places = {plug.machine: plug.jack for plug in wiring.plugs}
    for host in town.hosts.values():
        if host.socket:
            socket = town.sockets[host.socket]
            assert places[host.name] == Jack(socket.switch, socket.port)


def test_the_firewall_and_the_provider_are_on_the_ports_that_the_cabling_names(wiring: Wiring) -> None:
    places = {plug.machine: plug.jack for plug in wiring.plugs}
    assert places["lab-fw1"] == Jack("lab-sw1", 1)
    assert places["lab-mirror"] == Jack("lab-sw1", 24)


def test_a_pc_waits_in_its_socket_before_it_has_a_line(town: Town, plan: Blueprint, wiring: Wiring) -> None:
    assert "lab-pc-0003" not in town.hosts
    assert plan.machines["lab-pc-0003"].jack == Jack("lab-sw2", 6)
    assert str(plan.machines["lab-pc-0003"].control) == "198.19.10.53/16"
    assert "lab-pc-0003" in {plug.machine for plug in wiring.plugs}


def test_no_interface_is_made_twice_and_no_port_is_taken_twice(wiring: Wiring) -> None:
    ends = Counter(end for cable in wiring.cables for end in (cable.near, cable.far))
    assert {end for end, count in ends.items() if count > 1} == set()
    assert len({plug.jack for plug in wiring.plugs}) == len(wiring.plugs)


def test_every_port_of_every_switch_is_there(plan: Blueprint, wiring: Wiring) -> None:
    ends = {end for cable in wiring.cables for end in (cable.near, cable.far)}
    switches = [machine.name for machine in plan.machines.values() if machine.kind == SWITCH]
    assert {port_end(Jack(switch, port)) for switch in switches for port in range(1, 25)} <= ends


def test_switches_are_joined_as_the_cabling_says(wiring: Wiring) -> None:
    pairs = {(cable.near, cable.far) for cable in wiring.cables}
    assert (End("lab-sw1", "swp2"), End("lab-sw2", "swp1")) in pairs


def test_machines_cannot_talk_over_the_control_network(wiring: Wiring) -> None:
    (control,) = wiring.bridges
    assert control.isolated
    assert str(control.addresses[0]) == "198.19.0.1/16"


def test_control_addresses_have_the_last_octets_of_the_data_addresses(town: Town, wiring: Wiring) -> None:
    addresses = {end.space: str(address.ip) for end, address in wiring.addresses}
    assert addresses["lab-dc1"] == "198.19.20.11"
    for host in town.hosts.values():
        assert addresses[host.name].split(".")[2:] == str(host.address).split(".")[2:]


def test_interface_names_fit_into_fifteen_characters(plan: Blueprint, town: Town) -> None:
    for laid in (wire_town(plan), wire_bench(bench(plan, tuple(town.hosts), town))):
        assert all(len(end.name) <= 15 for cable in laid.cables for end in (cable.near, cable.far))


def test_a_bench_holds_only_the_named_machines_and_the_mirror(plan: Blueprint, town: Town) -> None:
    assert set(bench(plan, ("lab-dc1",), town).machines) == {"lab-dc1", "lab-mirror"}


def test_a_bench_without_a_firewall_routes_between_networks(plan: Blueprint, town: Town) -> None:
    laid = wire_bench(bench(plan, ("lab-dc1",), town))
    assert laid.routers == (CORE,)
    assert "198.18.20.1/24" in {str(address) for bridge in laid.bridges for address in bridge.addresses}


def test_a_bench_with_a_firewall_leaves_routing_to_it(plan: Blueprint, town: Town) -> None:
    laid = wire_bench(bench(plan, ("lab-dc1", "lab-fw1"), town))
    assert laid.routers == ()
    legs = {cable.far.name for cable in laid.cables if cable.far.space == "lab-fw1"}
    assert {"eth0.10", "eth0.20", "eth0.200"} <= legs
    gateways = {str(address.ip) for bridge in laid.bridges for address in bridge.addresses}
    assert gateways == {"198.19.0.1"}


def test_a_pc_on_a_bench_asks_for_a_lease_only_if_somebody_gives_one(plan: Blueprint, town: Town) -> None:
    alone = bench(plan, ("lab-pc-0001",), town).machines["lab-pc-0001"]
    served = bench(plan, ("lab-pc-0001", "lab-dhcp1"), town).machines["lab-pc-0001"]
    assert str(alone.address) == "198.18.10.51/24"
    assert str(alone.gateway) == "198.18.10.1"
    assert served.address is None


def test_a_machine_that_is_not_in_the_town_is_refused_by_name(plan: Blueprint, town: Town) -> None:
    with pytest.raises(LabError, match="no such machine: lab-dc9"):
        bench(plan, ("lab-dc9",), town)


def test_two_labs_have_names_of_their_own() -> None:
    assert space_name("lab", "lab-dc1") == "lab-dc1"
    assert space_name("base", "lab-dc1") == "base-lab-dc1"


def test_the_lab_sends_nothing_outside_the_benchmark_network(plan: Blueprint) -> None:
    addresses = [machine.address for machine in plan.machines.values()] + [leg.gateway for leg in plan.legs]
    addresses += [machine.control for machine in plan.machines.values()]
    assert all(str(address).startswith(("198.18.", "198.19.")) for address in addresses if address)


def test_there_is_one_firewall(plan: Blueprint) -> None:
    assert [machine.name for machine in plan.machines.values() if machine.kind == FIREWALL] == ["lab-fw1"]
