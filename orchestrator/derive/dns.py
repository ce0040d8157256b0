"""Names and addresses: an A record for every host and the PTR record that agrees with it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from orchestrator.model.addresses import dotted
from orchestrator.model.intent import DnsRecord, Placement
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
    """The town's own zone and the reverse zones that hold records, sorted."""
    return tuple(sorted({town.identity.domain, *(record.zone for record in wanted)}))


def _pointer(address: IPv4Address, fqdn: str, lines: Because) -> DnsRecord:
    """Reverse zones end at the third octet whatever the subnet's size, so that no zone lies in another."""
    first, second, third, last = dotted(address).split(".")
    return DnsRecord(f"{third}.{second}.{first}.in-addr.arpa", last, "PTR", fqdn, lines)
