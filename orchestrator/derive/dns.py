"""Names and addresses: an A record for every host and the PTR record that agrees with it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from orchestrator.model.addresses import dotted
from orchestrator.model.intent import DnsRecord, Placement
from orchestrator.model.names import OUTSIDE_ZONE
from orchestrator.model.source import Because
from orchestrator.model.town import Town


def records(town: Town, placements: Mapping[str, Placement]) -> tuple[DnsRecord, ...]:
    """Forward and reverse records of all hosts, sorted by zone and name."""
    found: list[DnsRecord] = []
    for host, placement in placements.items():
        lines = (town.hosts[host].source, town.identity.source)
        found.append(DnsRecord(town.identity.domain, host, "A", dotted(placement.address), lines))
        found.append(_pointer(placement.address, placement.fqdn, lines))
    return tuple(sorted(found, key=lambda record: (record.zone, record.name)))


def zones(town: Town, wanted: tuple[DnsRecord, ...]) -> tuple[str, ...]:
    """The town's own zone, and reverse zones for its networks and wherever there is a record, sorted.

    A network has its zone before its first host and keeps it after its last; of one wider than a zone only
    the parts in use.
    """
    networks = (network.subnet for network in town.networks.values() if network.zone != OUTSIDE_ZONE)
    of_networks = (_reverse(subnet.network_address)[0] for subnet in networks if subnet.prefixlen >= 24)
    return tuple(sorted({town.identity.domain, *of_networks, *(record.zone for record in wanted)}))


def _pointer(address: IPv4Address, fqdn: str, lines: Because) -> DnsRecord:
    zone, name = _reverse(address)
    return DnsRecord(zone, name, "PTR", fqdn, lines)


def _reverse(address: IPv4Address) -> tuple[str, str]:
    """Reverse zones end at the third octet whatever the subnet's size, so that no zone lies in another."""
    first, second, third, last = dotted(address).split(".")
    return f"{third}.{second}.{first}.in-addr.arpa", last
