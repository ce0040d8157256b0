"""What follows from the inventory: every value says which lines it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from orchestrator.model.source import Because
from orchestrator.model.town import PortRange


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a host is: names, address, network, zone, and how the controller reaches it."""

    host: str
    fqdn: str
    address: IPv4Address
    network: str
    vlan: int
    zone: str
    room: str | None
    building: str | None
    department: str | None
    person: str | None
    control_address: IPv4Address
    because: Because


@dataclass(frozen=True, slots=True, order=True)
class DnsRecord:
    """A record relative to its zone; value is an address or a fully qualified name without a final dot."""

    zone: str
    name: str
    type: str
    value: str
    because: Because


@dataclass(frozen=True, slots=True)
class Reservation:
    """The address that a MAC always gets."""

    host: str
    mac: str
    address: IPv4Address
    because: Because


@dataclass(frozen=True, slots=True)
class Subnet:
    """What the DHCP server knows of one network; id is the VLAN."""

    id: int
    network: str
    subnet: IPv4Network
    gateway: IPv4Address
    pool: tuple[IPv4Address, IPv4Address] | None
    reservations: tuple[Reservation, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """A port's wanted state; mode is access, trunk or shut."""

    switch: str
    number: int
    mode: str
    vlan: int | None
    vlans: tuple[int, ...]
    description: str
    because: Because


@dataclass(frozen=True, slots=True)
class OrganisationalUnit:
    """An OU; parent is a relative DN, empty at the top."""

    name: str
    parent: str
    description: str
    because: Because


@dataclass(frozen=True, slots=True)
class User:
    """A person's account in the directory."""

    account: str
    display_name: str
    given_name: str
    surname: str
    ou: str
    post: str
    department: str
    enabled: bool
    because: Because


@dataclass(frozen=True, slots=True)
class Group:
    """A security group of the directory with its member accounts."""

    name: str
    ou: str
    description: str
    members: tuple[str, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class Computer:
    """A prepared computer account."""

    name: str
    ou: str
    dns_name: str
    because: Because


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A named set of addresses in the firewall."""

    name: str
    elements: tuple[IPv4Address | IPv4Network, ...]
    because: Because


@dataclass(frozen=True, slots=True)
class AllowedFlow:
    """Traffic that may cross or enter the firewall; no ports means every protocol.

    A side is a set, or the legs of networks (by name) where the outside begins; with neither it is anything.
    """

    name: str
    source: str | None
    destination: str | None
    ports: tuple[PortRange, ...]
    comment: str
    because: Because
    source_legs: tuple[str, ...] = ()
    destination_legs: tuple[str, ...] = ()
    until: str | None = None


@dataclass(frozen=True, slots=True)
class MasqueradedSet:
    """A set whose traffic leaves over a network's leg under the firewall's address."""

    source: str
    leg: str
    because: Because


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """A port of the firewall on a network's leg that leads to a host inside."""

    name: str
    leg: str
    protocol: str
    port: int
    destination: IPv4Address
    destination_port: int
    because: Because


@dataclass(frozen=True, slots=True)
class FirewallLeg:
    """A network's gateway address on the firewall."""

    network: str
    vlan: int
    zone: str
    address: IPv4Interface
    because: Because


@dataclass(frozen=True, slots=True)
class FirewallIntent:
    """Everything that one firewall enforces."""

    legs: tuple[FirewallLeg, ...]
    sets: tuple[AddressSet, ...]
    forward: tuple[AllowedFlow, ...]
    input: tuple[AllowedFlow, ...]
    masquerade: tuple[MasqueradedSet, ...] = ()
    published: tuple[PublishedPort, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """All that the town wants, host by host and topic by topic, sorted."""

    placements: Mapping[str, Placement]
    zones: tuple[str, ...]
    records: tuple[DnsRecord, ...]
    subnets: tuple[Subnet, ...]
    switch_ports: Mapping[str, tuple[SwitchPort, ...]]
    organisational_units: tuple[OrganisationalUnit, ...]
    users: tuple[User, ...]
    groups: tuple[Group, ...]
    computers: tuple[Computer, ...]
    firewall: FirewallIntent
    antivirus_clients: tuple[str, ...]
    backup_clients: tuple[str, ...]
