"""Where each host is: its network by address, its room by socket, its department by person."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

from orchestrator.model.intent import Placement
from orchestrator.model.source import because
from orchestrator.model.town import Connection, Host, Network, Town


def place(town: Town) -> dict[str, Placement]:
    """The placement of every host, by name."""
    network_of = network_finder(tuple(town.networks.values()))
    return {name: _placed(town, host, network_of(host.address)) for name, host in sorted(town.hosts.items())}


def network_finder(networks: tuple[Network, ...]) -> Callable[[IPv4Address], Network]:
    """A function from an address to the network that holds it; the networks must not overlap."""
    ordered = sorted(networks, key=lambda network: int(network.subnet.network_address))
    starts = [int(network.subnet.network_address) for network in ordered]

    def find(address: IPv4Address) -> Network:
        network = ordered[max(bisect_right(starts, int(address)) - 1, 0)]
        if int(address) > int(network.subnet.broadcast_address) or int(address) < starts[0]:
            raise LookupError(f"no network holds {address}")
        return network

    return find


def _placed(town: Town, host: Host, network: Network) -> Placement:
    person = town.people.get(host.person or "")
    department = town.departments.get(host.department or (person.department if person else ""))
    socket = town.sockets.get(host.socket or "")
    room = town.rooms.get(socket.room) if socket else None
    return Placement(
        host=host.name,
        fqdn=f"{host.name}.{town.identity.domain}",
        address=host.address,
        network=network.name,
        vlan=network.vlan,
        zone=network.zone,
        room=room.key if room else None,
        building=room.building if room else None,
        department=department.key if department else None,
        person=person.account if person else None,
        control_address=_control_address(host.address, town.connection),
        because=because(host, network, socket, room, person, department, town.connection),
    )


def _control_address(address: IPv4Address, connection: Connection) -> IPv4Address:
    """The same last octets in the control network, where there is one."""
    if connection.control_network is None:
        return address
    return _same_host_part(address, connection.control_network)


def _same_host_part(address: IPv4Address, network: IPv4Network) -> IPv4Address:
    return IPv4Address(int(network.network_address) | (int(address) & int(network.hostmask)))
