"""The example town is complete: it counts what it should, and everybody reaches what they need."""

from __future__ import annotations

from collections import Counter
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from orchestrator.derive import derive
from orchestrator.load import load
from orchestrator.model.intent import AllowedFlow, Intent
from orchestrator.model.names import DHCP_SERVERS, FIREWALLS, SWITCHES, WORKSTATIONS
from orchestrator.model.rendering import Rendering
from orchestrator.model.town import PortRange, Town
from orchestrator.render import render
from orchestrator.render.catalogue import parse

REPOSITORY = Path(__file__).parents[2]
NEEDED_BY_EVERY_PC = ("directory", "signatures", "backup", "packages")


@cache
def whole() -> tuple[Town, Intent, Rendering]:
    town = load(REPOSITORY / "inventories" / "stari_grad")
    catalogue = parse((REPOSITORY / "playbooks" / "site.yml").read_text())
    intent = derive(town, catalogue)
    return town, intent, render(town, intent, catalogue)


@pytest.fixture
def town() -> Town:
    return whole()[0]


@pytest.fixture
def intent() -> Intent:
    return whole()[1]


def test_the_town_is_as_large_as_a_real_one(town: Town) -> None:
    """Sabotage: delete a switch, a VLAN, or a dozen PCs."""
    switches = Counter(
        name.split("-")[1] + ("-core" if "core" in name else "") for name in town.groups[SWITCHES]
    )
    servers = set(town.hosts) - set(town.groups[WORKSTATIONS]) - set(town.groups[SWITCHES])
    assert len(town.buildings) == 2
    assert (switches["sw-core"], switches["sw"]) == (1, 4)
    assert len(town.networks) == 12
    assert 18 <= len(servers) <= 26
    assert len(town.groups[WORKSTATIONS]) >= 120
    assert len(town.departments) == 10
    assert len(town.people) >= 120
    assert all(flow.owner in town.departments and flow.reason for flow in town.flows)
    assert len({person.name for person in town.people.values()}) == len(town.people)


def test_every_socket_in_use_is_cabled_and_some_are_free(town: Town, intent: Intent) -> None:
    """Sabotage: let a socket's switch carry another number than the port of its line."""
    used = {host.name: host.socket for host in town.hosts.values() if host.socket}
    without = {name for name in town.hosts if name not in used}
    assert without == {*town.groups[SWITCHES], *town.groups[FIREWALLS]}
    for name, socket_name in used.items():
        socket = town.sockets[socket_name]
        port = next(port for port in intent.switch_ports[socket.switch] if port.number == socket.port)
        assert (port.mode, port.vlan) == ("access", intent.placements[name].vlan), name
    free = set(town.sockets) - set(used.values())
    assert {town.rooms[town.sockets[name].room].building for name in free} == set(town.buildings)


def test_every_switch_and_firewall_hangs_on_the_core(town: Town) -> None:
    """Sabotage: delete one of the trunks."""
    reached = {"sg-sw-core"}
    for _ in town.trunks:
        reached |= {trunk.to for trunk in town.trunks if trunk.switch in reached}
    assert reached == {*town.groups[SWITCHES], *town.groups[FIREWALLS]}


def test_every_department_has_a_network_in_each_building_where_it_sits(town: Town) -> None:
    """Sabotage: take registry out of users-b."""
    homes = {(department, net.building) for net in town.networks.values() for department in net.departments}
    seats = {(key, building) for key, unit in town.departments.items() for building in unit.buildings}
    assert homes == seats
    sits = {
        (town.people[host.person].department, town.rooms[town.sockets[host.socket].room].building)
        for host in town.hosts.values()
        if host.person and host.socket
    }
    assert sits == seats


def test_every_person_has_a_pc_or_is_marked_without_one(town: Town) -> None:
    """Sabotage: remove without_pc from a messenger's line."""
    served = {host.person for host in town.hosts.values() if host.person}
    excused = {person.account for person in town.people.values() if person.without_pc or person.left}
    assert served | excused == set(town.people)
    assert not served & excused


def test_every_pc_reaches_each_service_that_it_needs(town: Town, intent: Intent) -> None:
    """Sabotage: take group/workstations out of the flow `signatures`."""
    for pc in town.groups[WORKSTATIONS]:
        for service in NEEDED_BY_EVERY_PC:
            for server, port in offers(town, service):
                assert passes(town, intent, town.hosts[pc].address, server, port), f"{pc} {service} {port}"


def test_a_pc_reaches_no_database_no_switch_and_no_visitor(town: Town, intent: Intent) -> None:
    """Sabotage: add group/workstations to the flow `web-data`."""
    ssh = PortRange("tcp", 22, 22)
    forbidden = [
        *offers(town, "database"),
        *((town.hosts[name].address, ssh) for name in town.groups[SWITCHES]),
        (town.networks["guest"].gateway + 30, ssh),
    ]
    for pc in town.groups[WORKSTATIONS]:
        for address, port in forbidden:
            assert not passes(town, intent, town.hosts[pc].address, address, port), f"{pc} {address}"


def test_every_pc_asks_for_its_address_by_the_relay(town: Town, intent: Intent) -> None:
    """Sabotage: put a workstation's network out of reach of dhcp_relay_client_interfaces."""
    relays = [unit.arguments for unit in whole()[2].units if unit.role == "dhcp_relay"]
    assert len(relays) == 1
    servers = {str(town.hosts[name].address) for name in town.groups[DHCP_SERVERS]}
    assert set(relays[0]["dhcp_relay_servers"]) == servers
    reserved = {
        (lease.host, lease.address): subnet for subnet in intent.subnets for lease in subnet.reservations
    }
    for pc in town.groups[WORKSTATIONS]:
        subnet = reserved[pc, town.hosts[pc].address]
        assert f"eth0.{subnet.id}" in relays[0]["dhcp_relay_client_interfaces"], pc


def offers(town: Town, service: str) -> list[tuple[IPv4Address, PortRange]]:
    """Every address and port range of a service."""
    offered = town.services[service]
    members = town.groups.get(offered.group, ()) if offered.group else ()
    addresses = [*offered.addresses, *(town.hosts[name].address for name in members)]
    assert addresses, service
    return [(address, port) for address in addresses for port in offered.ports]


def passes(town: Town, intent: Intent, source: IPv4Address, to: IPv4Address, port: PortRange) -> bool:
    """Whether the derived rules let every port of the range through, read as a firewall reads them."""
    sets = {entry.name: entry.elements for entry in intent.firewall.sets}
    net_of = {net.name: net.subnet for net in town.networks.values()}

    def matches(name: str | None, legs: tuple[str, ...], address: IPv4Address) -> bool:
        if legs:
            return any(address in net_of[leg] for leg in legs)
        return name is None or any(address in IPv4Network(element) for element in sets[name])

    def allows(flow: AllowedFlow) -> bool:
        ports = not flow.ports or any(
            known.protocol == port.protocol and known.first <= port.first and port.last <= known.last
            for known in flow.ports
        )
        there = matches(flow.destination, flow.destination_legs, to)
        return ports and there and matches(flow.source, flow.source_legs, source)

    return any(map(allows, intent.firewall.forward))
