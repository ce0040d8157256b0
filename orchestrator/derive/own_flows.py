"""Traffic that the town itself needs: leases through the relay, the controller's way to the hosts."""

from __future__ import annotations

from orchestrator.model.intent import AddressSet, AllowedFlow, Subnet
from orchestrator.model.names import DHCP_SERVERS, OUTSIDE_ZONE
from orchestrator.model.source import because
from orchestrator.model.town import Host, PortRange, Town

CLIENTS, SERVERS, CONTROLLERS, TOWN = "dhcp_clients", "dhcp_servers", "controllers", "town"
_DHCP = (PortRange("udp", 67, 67),)
_SSH = (PortRange("tcp", 22, 22),)


def sets(town: Town, subnets: tuple[Subnet, ...]) -> tuple[AddressSet, ...]:
    """The sets of clients and servers of DHCP, of the controller and of the whole town."""
    return (*_dhcp_sets(town, subnets), *_control_sets(town))


def flows(town: Town, subnets: tuple[Subnet, ...]) -> tuple[AllowedFlow, ...]:
    """Renewals straight to the server; the controller's log-ins, unless it has a network of its own."""
    found = []
    if _client_subnets(town, subnets):
        lines = because(*_servers(town))
        found.append(AllowedFlow("dhcp-renewal", CLIENTS, SERVERS, _DHCP, "dhcp-renewal", lines))
    if town.connection.control_network is None:
        lines = because(town.connection)
        found.append(AllowedFlow("controller", CONTROLLERS, TOWN, _SSH, "controller", lines))
    return tuple(found)


def entering(town: Town, subnets: tuple[Subnet, ...]) -> tuple[AllowedFlow, ...]:
    """What the relay on the firewall must hear: requests of clients, and the servers' replies."""
    clients = _client_subnets(town, subnets)
    if not clients:
        return ()
    requests = AllowedFlow(
        name="dhcp-requests",
        source=None,
        destination=None,
        ports=_DHCP,
        comment="dhcp-requests",
        because=tuple(line for subnet in clients for line in subnet.because),
        source_legs=tuple(subnet.network for subnet in clients),
    )
    lines = because(*_servers(town))
    return (requests, AllowedFlow("dhcp-replies", SERVERS, None, _DHCP, "dhcp-replies", lines))


def _dhcp_sets(town: Town, subnets: tuple[Subnet, ...]) -> tuple[AddressSet, ...]:
    clients, servers = _client_subnets(town, subnets), _servers(town)
    if not clients:
        return ()
    return (
        AddressSet(
            CLIENTS,
            tuple(subnet.subnet for subnet in clients),
            tuple(line for subnet in clients for line in subnet.because),
        ),
        AddressSet(SERVERS, tuple(sorted(host.address for host in servers)), because(*servers)),
    )


def _control_sets(town: Town) -> tuple[AddressSet, ...]:
    if town.connection.control_network is not None:
        return ()
    by_vlan = sorted(town.networks.values(), key=lambda network: network.vlan)
    inside = [network for network in by_vlan if network.zone != OUTSIDE_ZONE]
    return (
        AddressSet(CONTROLLERS, (town.connection.controller,), because(town.connection)),
        AddressSet(TOWN, tuple(sorted(network.subnet for network in inside)), because(*inside)),
    )


def _client_subnets(town: Town, subnets: tuple[Subnet, ...]) -> tuple[Subnet, ...]:
    """Subnets with something to lease that do not hold a server themselves, and so need the relay."""
    own = [host.address for host in _servers(town)]
    return tuple(
        subnet
        for subnet in subnets
        if (subnet.pool or subnet.reservations) and not any(address in subnet.subnet for address in own)
    )


def _servers(town: Town) -> list[Host]:
    return [town.hosts[name] for name in sorted(town.groups.get(DHCP_SERVERS, ()))]
