"""What the policy lets through the firewall: each flow from each source to each destination."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from orchestrator.model.intent import AddressSet, AllowedFlow, FirewallLeg, MasqueradedSet
from orchestrator.model.names import OUTSIDE_ZONE
from orchestrator.model.source import Because, because
from orchestrator.model.town import End, Flow, Network, PortRange, Town

Elements = tuple[IPv4Address | IPv4Network, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """An end as the firewall knows it: a set of addresses, or the legs where the outside begins."""

    addresses: AddressSet | None
    legs: tuple[str, ...]
    ports: tuple[PortRange, ...]
    because: Because

    @property
    def name(self) -> str | None:
        """The set's name."""
        return self.addresses.name if self.addresses else None


def legs(town: Town) -> tuple[FirewallLeg, ...]:
    """The firewall's gateway address in each network, by VLAN."""
    return tuple(
        FirewallLeg(network.name, network.vlan, network.zone, _gateway(network), because(network))
        for network in sorted(town.networks.values(), key=lambda network: network.vlan)
    )


def sets(town: Town) -> tuple[AddressSet, ...]:
    """The set of every end that the policy names, by name."""
    sides = (_side(town, end) for end in sorted(_ends(town)))
    return tuple(side.addresses for side in sides if side.addresses)


def flows(town: Town) -> tuple[AllowedFlow, ...]:
    """The policy's flows in its order, one for each pair of ends."""
    sides = {end: _side(town, end) for end in _ends(town)}
    return tuple(
        _allowed(flow, sides[source], sides[destination])
        for flow in town.flows
        for source in flow.sources
        for destination in flow.destinations
    )


def masquerade(town: Town) -> tuple[MasqueradedSet, ...]:
    """The sets that leave under the firewall's address, for each leg that they leave over."""
    return tuple(
        MasqueradedSet(_set_name(end), network.name, because(entry, network))
        for entry in town.masquerade
        for end in entry.sources
        for network in _networks_of(town, entry.to)
    )


def _allowed(flow: Flow, source: _Side, destination: _Side) -> AllowedFlow:
    return AllowedFlow(
        name=flow.name,
        source=source.name,
        destination=destination.name,
        ports=flow.ports or destination.ports,
        comment=flow.name,
        because=tuple(dict.fromkeys((flow.source, *source.because, *destination.because))),
        source_legs=source.legs,
        destination_legs=destination.legs,
        until=flow.until,
    )


def _ends(town: Town) -> set[End]:
    of_flows = {end for flow in town.flows for end in (*flow.sources, *flow.destinations)}
    return of_flows | {end for entry in town.masquerade for end in entry.sources}


def _side(town: Town, end: End) -> _Side:
    networks = _networks_of(town, end)
    if networks and all(network.zone == OUTSIDE_ZONE for network in networks):
        return _Side(None, tuple(network.name for network in networks), (), because(*networks))
    elements, lines = _members(town, end, networks)
    ports = town.services[end.name].ports if end.kind == "service" else ()
    return _Side(AddressSet(_set_name(end), elements, lines), (), ports, lines)


def _members(town: Town, end: End, networks: tuple[Network, ...]) -> tuple[Elements, Because]:
    if end.kind in {"zone", "network"}:
        return tuple(sorted(network.subnet for network in networks)), because(*networks)
    if end.kind == "service":
        return _servers(town, end.name)
    return _hosts(town, (end.name,) if end.kind == "host" else town.groups.get(end.name, ()))


def _servers(town: Town, name: str) -> tuple[tuple[IPv4Address, ...], Because]:
    service = town.services[name]
    elements, lines = _hosts(town, town.groups.get(service.group or "", ()))
    return tuple(sorted((*elements, *service.addresses))), (service.source, *lines)


def _hosts(town: Town, names: Iterable[str]) -> tuple[tuple[IPv4Address, ...], Because]:
    hosts = sorted((town.hosts[name] for name in names), key=lambda host: int(host.address))
    return tuple([host.address for host in hosts]), because(*hosts)


def _networks_of(town: Town, end: End) -> tuple[Network, ...]:
    if end.kind == "network":
        return (town.networks[end.name],)
    if end.kind != "zone":
        return ()
    inside = (network for network in town.networks.values() if network.zone == end.name)
    return tuple(sorted(inside, key=lambda network: network.vlan))


def _set_name(end: End) -> str:
    return f"{end.kind}_{end.name}"


def _gateway(network: Network) -> IPv4Interface:
    return IPv4Interface((network.gateway, network.subnet.prefixlen))
