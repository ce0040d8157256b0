"""Addresses are leased: known machines always get the same one, unknown ones get one of the pool."""

from __future__ import annotations

import secrets
import time
from ipaddress import IPv4Address
from typing import Any

import pytest

from orchestrator.model.intent import Intent
from orchestrator.verify.checks.packets import offered
from orchestrator.verify.checks.presence import here
from orchestrator.verify.context import Context

pytestmark = pytest.mark.role("dhcp_server")


@pytest.fixture
def ask(context: Context, intent: Intent, machine: Any, arguments: dict[str, Any]) -> Any:
    """Asks the server as a relay would, from a neighbour in its own network, on behalf of a subnet."""
    own = intent.placements[machine.backend.hostname]
    neighbours = [
        place
        for place in intent.placements.values()
        if place.network == own.network and place.host != own.host and here(context, place.host)
    ]
    assert neighbours, "no other host of the server's network is here to ask it"
    asker = neighbours[0]

    def discover(mac: str, subnet: dict[str, Any]) -> dict[str, Any] | None:
        return offered(
            context.machine(asker.host),
            mac=mac,
            relay=str(asker.address),
            link=subnet["gateway"],
            server=arguments["dhcp_server_address"],
        )

    return discover


@pytest.fixture
def leased(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """The subnets that have a pool."""
    found = [subnet for subnet in arguments["dhcp_server_subnets"] if subnet["pool"]]
    assert found
    return found


def unknown() -> str:
    """The MAC address of a machine that nobody has seen; the server answers one at a time."""
    return f"52:54:00:fe:{secrets.randbelow(256):02x}:{secrets.randbelow(256):02x}"


def within(pool: str, address: str) -> bool:
    """Whether the address belongs to the pool, first and last included."""
    first, last = (IPv4Address(end) for end in pool.split("-"))
    return first <= IPv4Address(address) <= last


def test_the_servers_configuration_passes_its_own_test(machine: Any) -> None:
    """Sabotage: delete a comma in /etc/kea/kea-dhcp4.conf."""
    done = machine.run("kea-dhcp4 -t /etc/kea/kea-dhcp4.conf")
    assert done.rc == 0, done.stderr


def test_the_server_starts_with_the_host(machine: Any) -> None:
    """Sabotage: systemctl disable --now kea-dhcp4-server."""
    service = machine.service("kea-dhcp4-server")
    assert service.is_enabled
    assert service.is_running


def test_the_server_listens_on_its_address_alone(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: set "interfaces": ["*"], or open a control socket on a port."""
    lines = machine.check_output("ss --no-header --listening --numeric --tcp --udp --processes").splitlines()
    assert [line.split()[4] for line in lines if "kea" in line] == [f"{arguments['dhcp_server_address']}:67"]


def test_a_known_machine_is_offered_its_own_address(ask: Any, leased: list[dict[str, Any]]) -> None:
    """Sabotage: change one digit of a hw-address in the configuration and restart the server."""
    subnet = next(subnet for subnet in leased if subnet["reservations"])
    known = subnet["reservations"][0]
    offer = ask(known["mac"], subnet)
    assert offer, "the server offers nothing"
    assert offer["address"] == known["address"]


def test_an_unknown_machine_is_offered_an_address_of_the_pool(ask: Any, leased: list[dict[str, Any]]) -> None:
    """Sabotage: empty the pools in the configuration and restart the server."""
    for subnet in leased:
        offer = ask(unknown(), subnet)
        assert offer, f"the server offers nothing in {subnet['name']}"
        assert within(subnet["pool"], offer["address"])


def test_clients_are_told_where_to_go(
    ask: Any, leased: list[dict[str, Any]], arguments: dict[str, Any]
) -> None:
    """Sabotage: remove option-data from the configuration and restart the server."""
    offer = ask(unknown(), leased[0])
    assert offer
    assert offer["routers"] == [leased[0]["gateway"]]
    assert offer["dns"] == [str(server) for server in arguments["dhcp_server_dns_servers"]]
    assert offer["time"] == [str(server) for server in arguments["dhcp_server_time_servers"]]
    assert offer["domain"] == arguments["dhcp_server_domain"]


@pytest.fixture
def clients(context: Context, intent: Intent) -> list[tuple[str, Any, Any]]:
    """Every workstation that is here: name, subnet and reservation."""
    found = [
        (entry.host, subnet, entry)
        for subnet in intent.subnets
        for entry in subnet.reservations
        if (entry.host, "workstation") in context.units and here(context, entry.host)
    ]
    assert found, "no workstation is here to ask for an address"
    return found


@pytest.mark.role("dhcp_relay")
def test_the_relay_starts_with_the_host(machine: Any) -> None:
    """Sabotage: systemctl disable --now townhall-dhcp-relay."""
    service = machine.service("townhall-dhcp-relay")
    assert service.is_enabled
    assert service.is_running


@pytest.mark.role("dhcp_relay")
@pytest.mark.usefixtures("machine")
def test_an_unknown_machine_in_a_users_network_gets_an_offer_through_the_relay(
    context: Context, clients: list[tuple[str, Any, Any]]
) -> None:
    """Sabotage: systemctl stop townhall-dhcp-relay."""
    for host, subnet, _ in clients[:3]:
        offer = offered(context.machine(host), mac=unknown(), interface="eth0")
        assert offer, f"nothing is offered where {host} is"
        assert subnet.pool[0] <= IPv4Address(offer["address"]) <= subnet.pool[1]


@pytest.mark.role("dhcp_relay")
@pytest.mark.usefixtures("machine")
def test_a_pc_holds_its_reserved_address_by_dhcp(
    context: Context, clients: list[tuple[str, Any, Any]]
) -> None:
    """Sabotage: stop the relay, then `networkctl reconfigure eth0` on the PC."""
    for host, _, reservation in clients[:3]:
        pc = context.machine(host)
        assert f"inet {reservation.address}/" in address_by_dhcp(pc), f"{host} has no lease"


def address_by_dhcp(pc: Any) -> str:
    """The dynamic addresses of the PC; one that gave up waiting is told to ask again."""
    for attempt in range(20):
        text = str(pc.check_output("ip -4 address show dev eth0 dynamic"))
        if "inet " in text:
            return text
        if attempt % 10 == 0:
            pc.run("networkctl reconfigure eth0")
        time.sleep(1)
    return ""


@pytest.mark.town
@pytest.mark.role("workstation")
def test_the_pc_has_its_reserved_address_from_the_towns_server(machine: Any, intent: Intent) -> None:
    """Sabotage: give the PC the address by hand instead: `ip address replace` without a lease."""
    host = machine.backend.hostname
    wanted = intent.placements[host].address
    assert f"inet {wanted}/" in machine.check_output("ip -4 address show dev eth0 dynamic")
