"""Addresses on request: a subnet for every network with a pool or workstations, an address for every MAC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from orchestrator.model.intent import Placement, Reservation, Subnet
from orchestrator.model.names import DHCP_SERVERS, WORKSTATIONS
from orchestrator.model.source import because
from orchestrator.model.town import Network, Town


def subnets(town: Town, placements: Mapping[str, Placement]) -> tuple[Subnet, ...]:
    """The subnets that the DHCP servers serve, by VLAN; their own networks among them, as Kea asks for it."""
    reservations = _reservations(town, placements)
    own = {placements[server].network for server in town.groups.get(DHCP_SERVERS, ())}
    if not own:
        return ()
    wanted = [
        network
        for network in town.networks.values()
        if network.pool or network.name in reservations or network.name in own
    ]
    return tuple(
        _subnet(network, tuple(reservations.get(network.name, ())))
        for network in sorted(wanted, key=lambda network: network.vlan)
    )


def _subnet(network: Network, reservations: tuple[Reservation, ...]) -> Subnet:
    return Subnet(
        id=network.vlan,
        network=network.name,
        subnet=network.subnet,
        gateway=network.gateway,
        pool=network.pool,
        reservations=reservations,
        because=because(network),
    )


def _reservations(town: Town, placements: Mapping[str, Placement]) -> dict[str, list[Reservation]]:
    found: dict[str, list[Reservation]] = defaultdict(list)
    for name in sorted(town.groups.get(WORKSTATIONS, ())):
        host, network = town.hosts[name], town.networks[placements[name].network]
        found[network.name].append(Reservation(name, host.mac, host.address, because(host, network)))
    return found
