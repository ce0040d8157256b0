"""Everything that could be read: the rules judge it, the town is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address

from orchestrator.model import rules, town
from orchestrator.model.source import Source


@dataclass(slots=True)
class HostLine:
    """One host's line; what is None was not written."""

    name: str
    group: str
    source: Source
    mac: str | None = None
    address: IPv4Address | None = None
    platform: str | None = None
    socket: str | None = None
    person: str | None = None
    department: str | None = None
    asset_serial: str | None = None
    description: str | None = None
    broken: frozenset[str] = frozenset()
    """Keys that are written but wrong: already noted."""
    whole: bool = True
    """Whether all of it stands on one line, so that it can be edited."""


@dataclass(slots=True)
class Groups:
    """The tree of inventory groups."""

    lines: dict[str, Source] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=dict)
    hosts: dict[str, set[str]] = field(default_factory=dict)
    """Host names written directly in each group."""

    def ancestors(self) -> dict[str, frozenset[str]]:
        """Each group with all the groups above it and itself; the tree has no loop."""
        parents: dict[str, set[str]] = {name: set() for name in self.lines}
        for parent, children in self.children.items():
            for child in children:
                parents.setdefault(child, set()).add(parent)
        found: dict[str, frozenset[str]] = {}

        def above(name: str) -> frozenset[str]:
            if name not in found:
                found[name] = frozenset({name})
                found[name] = frozenset({name}).union(*(above(parent) for parent in parents[name]))
            return found[name]

        return {name: above(name) for name in sorted(parents)}


@dataclass(slots=True)
class Draft:
    """The parts of a town; `written` holds names that are there although their entry is wrong."""

    identity: town.Identity | None = None
    buildings: dict[str, town.Building] = field(default_factory=dict)
    zones: dict[str, town.Zone] = field(default_factory=dict)
    networks: dict[str, town.Network] = field(default_factory=dict)
    rooms: dict[str, town.Room] = field(default_factory=dict)
    sockets: dict[str, town.Socket] = field(default_factory=dict)
    trunks: list[town.Trunk] = field(default_factory=list)
    outlets: list[town.Outlet] = field(default_factory=list)
    departments: dict[str, town.Department] = field(default_factory=dict)
    people: dict[str, town.Person] = field(default_factory=dict)
    directory_groups: dict[str, town.DirectoryGroup] = field(default_factory=dict)
    services: dict[str, town.Service] = field(default_factory=dict)
    package_sources: list[town.PackageSource] = field(default_factory=list)
    dns_forwarders: list[IPv4Address] = field(default_factory=list)
    flows: list[town.Flow] = field(default_factory=list)
    masquerade: list[town.Masquerade] = field(default_factory=list)
    published: list[town.Publication] = field(default_factory=list)
    rules: rules.Rules = field(default_factory=rules.Rules)
    connection: town.Connection | None = None
    secrets: dict[str, town.Secret] = field(default_factory=dict)
    hosts: dict[str, HostLine] = field(default_factory=dict)
    mentions: dict[str, Source] = field(default_factory=dict)
    """Hosts written without keys, to join a further group."""
    groups: Groups = field(default_factory=Groups)
    host_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All groups of each host, ancestors included, sorted."""
    role_arguments: list[town.RoleArgument] = field(default_factory=list)
    written: dict[str, frozenset[str]] = field(default_factory=dict)
    """By section, such as `people`: every name in the file; an absent section is unknown."""
    homes: dict[tuple[str, str], town.Network] = field(default_factory=dict)
    """The network of each department in each building, filled at first use."""
    complete: bool = True
    """Whether every file of hosts could be read, so that a missing name is really missing."""
    reserved: frozenset[IPv4Address] = frozenset()
    """Addresses that another revision has taken."""
    today: date | None = None

    def knows(self, section: str, name: str) -> bool:
        """Whether a name is written in a section, or the section could not be read at all."""
        names = self.written.get(section)
        return names is None or name in names

    def in_group(self, host: str, group: str) -> bool:
        """Whether a host is in a group or below it."""
        return group in self.host_groups.get(host, ())
