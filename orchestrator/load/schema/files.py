"""What each file of group_vars/all may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.load.schema.types import (
    Account,
    Address,
    Day,
    Domain,
    FlowEnd,
    GroupName,
    HostName,
    Key,
    Netbios,
    Once,
    Path,
    Place,
    Pool,
    Port,
    Ports,
    SocketName,
    Subnet,
    SwitchPort,
    Title,
    Uri,
    Vlan,
    Written,
)

Keys = Annotated[list[Key], Once]
Topic = Literal["code", "roles", "flows", "exceptions", "tier-0", "tier-1", "tier-2", "removal"]
Ends = Annotated[list[FlowEnd], Once]


class Identity(Written):
    """The town itself."""

    name: Key
    title: Title
    domain: Domain
    netbios: Netbios
    language: Literal["sr-Cyrl", "sr-Latn", "en"]


class Titled(Written):
    """A building or zone."""

    title: Title


class Network(Written):
    """A VLAN with its subnet."""

    vlan: Vlan
    zone: Key
    building: Key
    subnet: Subnet
    gateway: Address
    pool: Pool | None = None
    departments: Keys = Field(default_factory=list)


class NetworksFile(Written):
    """networks.yml."""

    town: Identity
    buildings: dict[Key, Titled]
    zones: dict[Key, Titled]
    networks: dict[Key, Network]


class Room(Written):
    """A room."""

    building: Key
    title: Title


class Socket(Written):
    """A wall socket and the port behind it."""

    room: SocketName
    switch: HostName
    port: SwitchPort


class Trunk(Written):
    """A cable that carries every network."""

    switch: HostName
    port: SwitchPort
    to: HostName
    to_port: SwitchPort | None = None


class Outlet(Written):
    """A port to something that is no host of the inventory."""

    switch: HostName
    port: SwitchPort
    network: Key
    description: Title


class CablingFile(Written):
    """cabling.yml."""

    rooms: dict[SocketName, Room]
    sockets: dict[SocketName, Socket]
    trunks: list[Trunk]
    outlets: list[Outlet] = Field(default_factory=list)


class Department(Written):
    """A department."""

    title: Title
    buildings: Keys


class Person(Written):
    """A member of staff."""

    name: Title
    department: Key
    post: Title
    without_pc: Title | None = None
    left: bool = False


class DirectoryGroup(Written):
    """A group of the directory."""

    title: Title
    people: Annotated[list[Account], Once] = Field(default_factory=list)
    departments: Keys = Field(default_factory=list)


class PeopleFile(Written):
    """people.yml."""

    departments: dict[Key, Department]
    people: dict[Account, Person]
    directory_groups: dict[Key, DirectoryGroup] = Field(default_factory=dict)


class Service(Written):
    """What a group or fixed addresses offer."""

    ports: Annotated[list[Ports], Once, Field(min_length=1)]
    group: GroupName | None = None
    addresses: Annotated[list[Address], Once] = Field(default_factory=list)


class PackageSource(Written):
    """An apt repository."""

    uri: Uri
    suite: Key
    components: Annotated[list[Key], Once, Field(min_length=1)]
    keyring: Place


class ServicesFile(Written):
    """services.yml."""

    services: dict[Key, Service]
    package_sources: list[PackageSource] = Field(default_factory=list)
    dns_forwarders: list[Address] = Field(default_factory=list)


class Flow(Written):
    """Traffic that is allowed."""

    name: Key
    sources: Annotated[Ends, Field(alias="from", min_length=1)]
    to: Annotated[Ends, Field(min_length=1)]
    owner: Key
    reason: Title
    ports: Annotated[list[Ports], Once] = Field(default_factory=list)
    until: Day | None = None


class Masquerade(Written):
    """Addresses that leave under the firewall's own."""

    sources: Annotated[Ends, Field(alias="from", min_length=1)]
    to: FlowEnd


class Publication(Written):
    """A service that the outside may reach."""

    name: Key
    zone: Key
    protocol: Literal["tcp", "udp"]
    port: Port
    host: HostName
    host_port: Port
    owner: Key
    reason: Title


class FlowRule(Written):
    """Flows that may never be, or must always be."""

    name: Key
    sources: Annotated[Ends, Field(alias="from", min_length=1)]
    to: Annotated[Ends, Field(min_length=1)]
    reason: Title
    ports: Annotated[list[Ports], Once] = Field(default_factory=list)


class FlowRules(Written):
    """Flows that no change may open, and flows that none may close."""

    never: list[FlowRule] = Field(default_factory=list)
    always: list[FlowRule] = Field(default_factory=list)


class RuleException(Written):
    """What a rule leaves alone until a day."""

    rule: Key
    sources: Annotated[Ends, Field(alias="from", min_length=1)]
    to: Annotated[Ends, Field(min_length=1)]
    owner: Key
    reason: Title
    until: Day
    ports: Annotated[list[Ports], Once] = Field(default_factory=list)


class Limit(Written):
    """How much of a tier one request may change, and how many of its hosts one wave of a run may lose."""

    tier: Annotated[int, Field(ge=0, le=2)]
    changed: Annotated[int, Field(ge=0)]
    removed: Annotated[int, Field(ge=0)]
    failed: Annotated[int, Field(ge=0)] = 0


class Freeze(Written):
    """Days on which nothing is applied."""

    first: Annotated[Day, Field(alias="from")]
    to: Day
    reason: Title


class Approval(Written):
    """Who must approve what."""

    topic: Annotated[Topic, Field(alias="for")]
    by: Annotated[Keys, Field(min_length=1)]
    least: Annotated[int, Field(ge=1)] = 1


class PolicyFile(Written):
    """policy.yml."""

    flows: list[Flow]
    masquerade: list[Masquerade] = Field(default_factory=list)
    published: list[Publication] = Field(default_factory=list)
    rules: FlowRules = Field(default_factory=FlowRules)
    exceptions: list[RuleException] = Field(default_factory=list)
    limits: list[Limit] = Field(default_factory=list)
    freeze: list[Freeze] = Field(default_factory=list)
    approvals: list[Approval] = Field(default_factory=list)


class Connection(Written):
    """How the controller reaches hosts."""

    user: Key
    private_key: Path
    known_hosts: Path
    controller: Address
    control_network: Subnet | None = None
    control_interface: Key | None = None


class ConnectionFile(Written):
    """connection.yml."""

    reach: Connection


class Secret(Written):
    """A secret's tier and version."""

    tier: Annotated[int, Field(ge=0, le=2)]
    version: Annotated[int, Field(ge=1)]


class SecretNamesFile(Written):
    """secret_names.yml."""

    secrets: dict[Key, Secret]


FILES: dict[str, type[Written]] = {
    "networks": NetworksFile,
    "cabling": CablingFile,
    "people": PeopleFile,
    "services": ServicesFile,
    "policy": PolicyFile,
    "connection": ConnectionFile,
    "secret_names": SecretNamesFile,
}
