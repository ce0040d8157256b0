"""Towns made up for laws and measurements: any size, any prefix, always consistent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from hypothesis import strategies as st

from orchestrator.model.source import Source
from orchestrator.model.town import (
    Building,
    Connection,
    Department,
    DirectoryGroup,
    End,
    Flow,
    Host,
    Identity,
    Masquerade,
    Network,
    PackageSource,
    Person,
    PortRange,
    Publication,
    Room,
    Secret,
    Service,
    Socket,
    Town,
    Trunk,
    Zone,
)

COMMON = "group_vars/all"
SECRETS = (
    "backup_access",
    "backup_encryption",
    "computer_join",
    "directory_administrator",
    "initial_password",
)


@dataclass(frozen=True)
class Shape:
    """What a made-up town looks like."""

    departments: int = 3
    pcs: int = 6
    prefix: int = 24
    pools: bool = True
    leavers: bool = False
    own_control_network: bool = True
    platform: str = "ovs"


SHAPES = st.builds(
    Shape,
    departments=st.integers(1, 4),
    pcs=st.integers(0, 12),
    prefix=st.sampled_from([20, 22, 24, 25, 26]),
    pools=st.booleans(),
    leavers=st.booleans(),
    own_control_network=st.booleans(),
    platform=st.sampled_from(["ovs", "cisco_ios"]),
)


def made(shape: Shape) -> Town:
    """A town of this shape."""
    networks = _networks(shape)
    pcs = [_pc(shape, number) for number in range(1, shape.pcs + 1)]
    hosts = {host.name: host for host in sorted([*_servers(shape), *pcs], key=lambda host: host.name)}
    sockets = {
        host.socket: _socket(host, number) for number, host in enumerate(hosts.values()) if host.socket
    }
    return Town(
        identity=Identity("made", "Made up", "made.townhall.test", "MADE", "sr-Cyrl", _line("networks", 1)),
        buildings={"A": Building("A", "Hall", _line("networks", 2))},
        zones={name: Zone(name, name, _line("networks", 3)) for name in ("internet", "servers", "users")},
        networks=networks,
        rooms={"A-001": Room("A-001", "A", "Room", _line("cabling", 1))},
        sockets=dict(sorted(sockets.items())),
        trunks=(Trunk("sw1", 1, "fw1", None, _line("cabling", 2)),),
        outlets=(),
        departments={f"d{n}": _department(n) for n in range(shape.departments)},
        people={person.account: person for person in _people(shape)},
        directory_groups=_directory_groups(shape),
        services=_services(),
        package_sources=(_package_source(),),
        dns_forwarders=(),
        flows=_flows(),
        masquerade=(Masquerade((End("zone", "users"),), End("zone", "internet"), _line("policy", 9)),),
        published=(
            Publication("site", "internet", "tcp", 443, "av1", 8443, "it", "web", _line("policy", 8)),
        ),
        connection=_connection(shape),
        secrets={name: Secret(name, 1, 1, _line("secret_names", 1)) for name in SECRETS},
        hosts=hosts,
        groups=_groups(hosts.values()),
        role_arguments=(),
    )


def with_pc(shape: Shape, town: Town) -> Town:
    """The same town with one more line for a PC, whose person was there already."""
    host = _pc(shape, shape.pcs + 1)
    socket = _socket(host, 5000)
    return _replaced(
        town,
        hosts=dict(sorted({**town.hosts, host.name: host}.items())),
        sockets=dict(sorted({**town.sockets, socket.name: socket}.items())),
        groups=_groups([*town.hosts.values(), host]),
    )


def shuffled(town: Town, order: list[int]) -> Town:
    """The same town, its hosts and people met in another order."""
    return _replaced(
        town,
        hosts=_permuted(town.hosts, order),
        people=_permuted(town.people, order),
        networks=_permuted(town.networks, order),
    )


def _permuted(mapping: object, order: list[int]) -> dict[str, object]:
    items = list(mapping.items())  # type: ignore[attr-defined]
    keyed = sorted(enumerate(items), key=lambda pair: (order[pair[0] % len(order)] if order else 0, pair[0]))
    return dict(item for _, item in keyed)


def _replaced(town: Town, **changes: object) -> Town:
    return replace(town, **changes)  # type: ignore[arg-type]


def _line(file: str, number: int) -> Source:
    return Source(f"{COMMON}/{file}.yml", number)


def _networks(shape: Shape) -> dict[str, Network]:
    found = {
        "internet": _network("internet", 200, "internet", IPv4Network("10.200.0.0/24"), None, ()),
        "servers": _network("servers", 20, "servers", IPv4Network("10.20.0.0/24"), None, ()),
    }
    for number in range(shape.departments):
        subnet = IPv4Network(f"10.{100 + number}.0.0/{shape.prefix}")
        last = int(subnet.broadcast_address) - 1
        pool = (IPv4Address(last - 3), IPv4Address(last)) if shape.pools else None
        name = f"users-{number}"
        found[name] = _network(name, 100 + number, "users", subnet, pool, (f"d{number}",))
    return dict(sorted(found.items()))


def _network(  # noqa: PLR0913, PLR0917 - a line has that many parts
    name: str,
    vlan: int,
    zone: str,
    subnet: IPv4Network,
    pool: tuple[IPv4Address, IPv4Address] | None,
    departments: tuple[str, ...],
) -> Network:
    gateway = IPv4Address(int(subnet.network_address) + 1)
    return Network(name, vlan, zone, "A", subnet, gateway, pool, departments, _line("networks", vlan))


def _servers(shape: Shape) -> list[Host]:
    named = {
        "dc1": ("domain_controllers", "operations_masters"),
        "dc2": ("domain_controllers",),
        "dhcp1": ("dhcp_servers", "servers"),
        "av1": ("antivirus_servers", "servers"),
        "backup1": ("backup_servers", "servers"),
        "fw1": ("firewalls",),
        "sw1": ("switches",),
    }
    found = []
    for number, (name, groups) in enumerate(named.items()):
        platform = shape.platform if name == "sw1" else "debian13"
        address = IPv4Address("10.20.0.1") if name == "fw1" else IPv4Address("10.20.0.10") + number
        source = Source("hosts/servers.yml", number + 1)
        found.append(_host(name, groups, address, platform, None, source))
    return found


def _host(  # noqa: PLR0913, PLR0917 - a line has that many parts
    name: str,
    groups: tuple[str, ...],
    address: IPv4Address,
    platform: str,
    person: str | None,
    source: Source,
) -> Host:
    mac = "52:54:00:" + ":".join(f"{(int(address) >> shift) & 255:02x}" for shift in (16, 8, 0))
    socket = f"A-001-{int(address)}" if person or "servers" in groups else None
    return Host(name, ("all", *groups), address, mac, platform, socket, person, None, None, None, source)


def _pc(shape: Shape, number: int) -> Host:
    department = number % shape.departments
    address = IPv4Address(f"10.{100 + department}.0.10") + number // shape.departments
    source = Source("hosts/workstations.yml", number + 2)
    return _host(f"pc-{number:05}", ("workstations",), address, "debian13", f"p.p{number}", source)


def _socket(host: Host, number: int) -> Socket:
    return Socket(str(host.socket), "A-001", "sw1", 2 + number, _line("cabling", 10 + number))


def _department(number: int) -> Department:
    return Department(f"d{number}", f"Department {number}", ("A",), _line("people", number + 1))


def _people(shape: Shape) -> list[Person]:
    found = []
    for number in range(1, shape.pcs + 3):
        left = shape.leavers and number % 5 == 0
        without = None if number <= shape.pcs + 1 else "in the field"
        source = _line("people", 100 + number)
        department = f"d{number % shape.departments}"
        found.append(Person(f"p.p{number}", f"Петар П{number}", department, "post", without, left, source))
    return sorted(found, key=lambda person: person.account)


def _directory_groups(shape: Shape) -> dict[str, DirectoryGroup]:
    people = tuple(sorted(f"p.p{number}" for number in range(1, min(shape.pcs, 3) + 1)))
    return {"cash": DirectoryGroup("cash", "Cash", people, ("d0",), _line("people", 50))}


def _services() -> dict[str, Service]:
    ports = (PortRange("tcp", 53, 53), PortRange("udp", 53, 53), PortRange("tcp", 49152, 65535))
    address = (IPv4Address("10.200.0.10"),)
    return {
        "directory": Service("directory", "domain_controllers", (), ports, _line("services", 1)),
        "packages": Service("packages", None, address, (PortRange("tcp", 80, 80),), _line("services", 2)),
    }


def _package_source() -> PackageSource:
    return PackageSource("http://10.200.0.10/debian", "trixie", ("main",), "/k.gpg", _line("services", 3))


def _flows() -> tuple[Flow, ...]:
    staff = (End("group", "workstations"),)
    services = (End("service", "directory"), End("service", "packages"))
    web = (PortRange("tcp", 443, 443),)
    return (
        Flow("staff", staff, services, (), "it", "work", None, _line("policy", 1)),
        Flow("web", staff, (End("zone", "internet"),), web, "it", "web", "2099-12-31", _line("policy", 2)),
    )


def _connection(shape: Shape) -> Connection:
    control = IPv4Network("198.19.0.0/16") if shape.own_control_network else None
    interface = "ctl0" if shape.own_control_network else None
    controller = IPv4Address("198.19.0.1")
    line = _line("connection", 2)
    return Connection("root", "build/made/key", "build/made/known", controller, control, interface, line)


def _groups(hosts: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for host in hosts:  # type: ignore[attr-defined]
        for group in host.groups:
            found.setdefault(group, []).append(host.name)
    return {group: tuple(sorted(names)) for group, names in sorted(found.items())}
