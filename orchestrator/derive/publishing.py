"""Services that the outside may reach on a port of the firewall, and the flow that each of them needs."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.intent import AddressSet, AllowedFlow, PublishedPort
from orchestrator.model.source import because
from orchestrator.model.town import Network, PortRange, Publication, Town


def published(town: Town) -> tuple[PublishedPort, ...]:
    """One translation for each published service and leg of its zone."""
    return tuple(
        PublishedPort(
            name=entry.name,
            leg=network.name,
            protocol=entry.protocol,
            port=entry.port,
            destination=town.hosts[entry.host].address,
            destination_port=entry.host_port,
            because=because(entry, network, town.hosts[entry.host]),
        )
        for entry, network in _legs(town)
    )


def sets(town: Town) -> tuple[AddressSet, ...]:
    """The set of each published host."""
    hosts = {entry.host: town.hosts[entry.host] for entry in town.published}
    return tuple(
        AddressSet(f"host_{name}", (host.address,), because(host)) for name, host in sorted(hosts.items())
    )


def flows(town: Town) -> tuple[AllowedFlow, ...]:
    """What the translated traffic needs to go on to its host."""
    return tuple(
        AllowedFlow(
            name=f"published-{entry.name}",
            source=None,
            destination=f"host_{entry.host}",
            ports=(PortRange(entry.protocol, entry.host_port, entry.host_port),),
            comment=f"published-{entry.name}",
            because=because(entry, network, town.hosts[entry.host]),
            source_legs=(network.name,),
        )
        for entry, network in _legs(town)
    )


def _legs(town: Town) -> Iterator[tuple[Publication, Network]]:
    by_vlan = sorted(town.networks.values(), key=lambda network: network.vlan)
    for entry in town.published:
        yield from ((entry, network) for network in by_vlan if network.zone == entry.zone)
