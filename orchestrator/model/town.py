"""What people decided: the inventory, validated, every part knowing its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath

from orchestrator.model.rules import Rules
from orchestrator.model.source import Source


@dataclass(frozen=True, slots=True)
class PortRange:
    """TCP or UDP ports, both ends included."""

    protocol: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Identity:
    """The town itself: short name, title for records, DNS domain and NetBIOS name of its directory."""

    name: str
    title: str
    domain: str
    netbios: str
    language: str
    source: Source


@dataclass(frozen=True, slots=True)
class Building:
    """A building by its short key."""

    key: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the network that the firewall keeps apart from the others."""

    name: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class Network:
    """A VLAN with its IPv4 subnet; `pool` holds first and last address for devices without a reservation."""

    name: str
    vlan: int
    zone: str
    building: str
    subnet: IPv4Network
    gateway: IPv4Address
    pool: tuple[IPv4Address, IPv4Address] | None
    departments: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Room:
    """A room by its key, such as A-103."""

    key: str
    building: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class Socket:
    """A wall socket and the switch port at the other end of its cable."""

    name: str
    room: str
    switch: str
    port: int
    source: Source


@dataclass(frozen=True, slots=True)
class Trunk:
    """A cable that carries every network between a switch and another switch (`to_port`) or a firewall."""

    switch: str
    port: int
    to: str
    to_port: int | None
    source: Source


@dataclass(frozen=True, slots=True)
class Outlet:
    """A switch port that carries one network to something which is not a host of the inventory."""

    switch: str
    port: int
    network: str
    description: str
    source: Source


@dataclass(frozen=True, slots=True)
class Department:
    """A department and the buildings where it sits."""

    key: str
    title: str
    buildings: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff; `name` as people write it, `account` the derived log-on name."""

    account: str
    name: str
    department: str
    post: str
    without_pc: str | None
    left: bool
    source: Source


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """A group of the directory: named people and everyone of the named departments."""

    name: str
    title: str
    people: tuple[str, ...]
    departments: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Service:
    """What a group of hosts (or fixed addresses) offers, by ports."""

    name: str
    group: str | None
    addresses: tuple[IPv4Address, ...]
    ports: tuple[PortRange, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class PackageSource:
    """An apt repository."""

    uri: str
    suite: str
    components: tuple[str, ...]
    keyring: str
    source: Source


@dataclass(frozen=True, slots=True, order=True)
class End:
    """One end of a flow: kind is group, zone, network, host or service."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Traffic that the policy allows, its owner and its reason; `until` is an ISO date or None."""

    name: str
    sources: tuple[End, ...]
    destinations: tuple[End, ...]
    ports: tuple[PortRange, ...]
    owner: str
    reason: str
    until: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Masquerade:
    """Addresses that leave towards a zone under the firewall's own address."""

    sources: tuple[End, ...]
    to: End
    source: Source


@dataclass(frozen=True, slots=True)
class Publication:
    """A service of the town that the outside may reach on a port of the firewall."""

    name: str
    zone: str
    protocol: str
    port: int
    host: str
    host_port: int
    owner: str
    reason: str
    source: Source


@dataclass(frozen=True, slots=True)
class Connection:
    """How the controller reaches hosts; with `control_network`, at the same last two octets in it."""

    user: str
    private_key: str
    known_hosts: str
    controller: IPv4Address
    control_network: IPv4Network | None
    control_interface: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's name, tier and version; the value is never here."""

    name: str
    tier: int
    version: int
    source: Source


@dataclass(frozen=True, slots=True)
class Host:
    """One line: a machine, where it is plugged in, whose it is. `groups` holds all ancestors, sorted."""

    name: str
    groups: tuple[str, ...]
    address: IPv4Address
    mac: str
    platform: str
    socket: str | None
    person: str | None
    department: str | None
    asset_serial: str | None
    description: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class RoleArgument:
    """A role argument that people set for a group in group_vars/<group>/<role>.yml."""

    group: str
    name: str
    value: object
    source: Source


@dataclass(frozen=True, slots=True)
class Town:
    """The whole inventory; every mapping is sorted by key and read-only."""

    identity: Identity
    buildings: Mapping[str, Building]
    zones: Mapping[str, Zone]
    networks: Mapping[str, Network]
    rooms: Mapping[str, Room]
    sockets: Mapping[str, Socket]
    trunks: tuple[Trunk, ...]
    outlets: tuple[Outlet, ...]
    departments: Mapping[str, Department]
    people: Mapping[str, Person]
    directory_groups: Mapping[str, DirectoryGroup]
    services: Mapping[str, Service]
    package_sources: tuple[PackageSource, ...]
    dns_forwarders: tuple[IPv4Address, ...]
    flows: tuple[Flow, ...]
    masquerade: tuple[Masquerade, ...]
    published: tuple[Publication, ...]
    connection: Connection
    secrets: Mapping[str, Secret]
    hosts: Mapping[str, Host]
    groups: Mapping[str, tuple[str, ...]]
    """Host names of each group, with those of its child groups."""
    role_arguments: tuple[RoleArgument, ...]
    rules: Rules = field(default_factory=Rules)
    root: PurePosixPath = field(default_factory=lambda: PurePosixPath("."))
