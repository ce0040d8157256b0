"""Everything that follows for one host, topic by topic, each value with the lines it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from orchestrator.model.intent import AllowedFlow, Intent, Placement, SwitchPort
from orchestrator.model.names import SWITCH_PLATFORMS
from orchestrator.model.rendering import Rendering
from orchestrator.model.source import Because, because
from orchestrator.model.town import PortRange, Town


@dataclass(frozen=True, slots=True)
class Fact:
    """One derived value: its topic, its name, the value in words, and why it is so."""

    topic: str
    name: str
    value: str
    because: Because


def facts(town: Town, intent: Intent, rendering: Rendering, host: str) -> tuple[Fact, ...]:
    """The facts of a host in the order of the topics."""
    found = [Fact(topic, *rest) for topic, tell in TOPICS.items() for rest in tell(town, intent, host)]
    units = [unit for unit in rendering.units if unit.host == host]
    return (*found, *(Fact("roles", unit.role, "", unit.because) for unit in units))


_Told = Iterator[tuple[str, str, Because]]


def _placement(town: Town, intent: Intent, host: str) -> _Told:
    place, line = intent.placements[host], town.hosts[host]
    network = town.networks[place.network]
    yield "full name", place.fqdn, because(line, town.identity)
    yield "network", f"{network.name}, VLAN {network.vlan}, {network.subnet}", because(line, network)
    yield "zone", place.zone, because(line, network, town.zones.get(place.zone))
    if place.room:
        socket, room = town.sockets.get(line.socket or ""), town.rooms[place.room]
        yield "room", f"{room.key} in building {place.building}", because(line, socket, room)
    yield from _whose(town, place, because(line))
    yield "control address", str(place.control_address), because(line, town.connection)


def _whose(town: Town, place: Placement, line: Because) -> _Told:
    person = town.people.get(place.person or "")
    if person:
        yield "person", f"{person.name} ({person.account})", (*line, person.source)
    department = town.departments.get(place.department or "")
    if department:
        value = f"{department.title} ({department.key})"
        yield "department", value, (*line, *because(person, department))


def _switch_port(town: Town, intent: Intent, host: str) -> _Told:
    socket = town.sockets.get(town.hosts[host].socket or "")
    if socket and socket.switch in intent.switch_ports:
        port = intent.switch_ports[socket.switch][socket.port - 1]
        yield f"{socket.switch} {_port_name(town, port)}", _carries(port), port.because
    for port in intent.switch_ports.get(host, ()):
        if port.mode != "shut":
            yield _port_name(town, port), f"{_carries(port)}: {port.description}", port.because
    shut = [port for port in intent.switch_ports.get(host, ()) if port.mode == "shut"]
    if shut:
        yield "shut", ", ".join(str(port.number) for port in shut), because(town.hosts[host])


def _port_name(town: Town, port: SwitchPort) -> str:
    return SWITCH_PLATFORMS[town.hosts[port.switch].platform].port_name(port.number)


def _carries(port: SwitchPort) -> str:
    if port.mode == "trunk":
        return f"trunk of VLANs {', '.join(str(vlan) for vlan in port.vlans)}"
    return f"access to VLAN {port.vlan}" if port.mode == "access" else "shut"


def _dns(town: Town, intent: Intent, host: str) -> _Told:
    fqdn = intent.placements[host].fqdn
    for record in intent.records:
        if record.value == fqdn or (record.name == host and record.zone == town.identity.domain):
            yield f"{record.name}.{record.zone} {record.type}", record.value, record.because


def _dhcp(town: Town, intent: Intent, host: str) -> _Told:
    del town
    for subnet in intent.subnets:
        for entry in subnet.reservations:
            if entry.host == host:
                yield entry.mac, f"{entry.address}, gateway {subnet.gateway}", entry.because


def _directory(town: Town, intent: Intent, host: str) -> _Told:
    for computer in intent.computers:
        if computer.name == host:
            yield "computer account", f"{computer.name} in {computer.ou}", computer.because
    account = town.hosts[host].person
    for user in intent.users:
        if user.account == account:
            state = "" if user.enabled else ", disabled"
            yield "user account", f"{account} in {user.ou}{state}", user.because
    for group in intent.groups:
        if account in group.members:
            yield "member of", group.name, (*group.because[:1], *because(town.people[str(account)]))


def _firewall(town: Town, intent: Intent, host: str) -> _Told:
    address = town.hosts[host].address
    mine = {entry.name for entry in intent.firewall.sets if _holds(entry.elements, address)}
    for name in sorted(mine):
        yield "in the set", name, because(town.hosts[host])
    for flow in intent.firewall.forward:
        if flow.source in mine:
            yield flow.name, f"may reach {_far_end(flow)} on {_ports(flow.ports)}", flow.because[:1]
        elif flow.destination in mine:
            far = flow.source or _outside(flow.source_legs)
            yield flow.name, f"is reached from {far} on {_ports(flow.ports)}", flow.because[:1]


def _far_end(flow: AllowedFlow) -> str:
    return flow.destination or _outside(flow.destination_legs)


def _outside(legs: tuple[str, ...]) -> str:
    return f"the outside ({', '.join(legs)})" if legs else "anything"


def _holds(elements: tuple[object, ...], address: IPv4Address) -> bool:
    return any(
        element == address if isinstance(element, IPv4Address) else address in element  # type: ignore[operator]
        for element in elements
    )


def _ports(ports: tuple[PortRange, ...]) -> str:
    if not ports:
        return "every port"
    return ", ".join(_port(port) for port in ports)


def _port(port: PortRange) -> str:
    if port.protocol == "icmp":
        return "icmp"
    last = f"-{port.last}" if port.last != port.first else ""
    return f"{port.protocol}/{port.first}{last}"


def _protection(town: Town, intent: Intent, host: str) -> _Told:
    if host in intent.antivirus_clients:
        yield "antivirus", "signatures from the town's server, a daily scan", because(town.hosts[host])
    if host in intent.backup_clients:
        yield "backup", "a daily backup under its own password", because(town.hosts[host])


TOPICS: Mapping[str, Callable[[Town, Intent, str], _Told]] = {
    "placement": _placement,
    "switch_ports": _switch_port,
    "dns": _dns,
    "dhcp": _dhcp,
    "directory": _directory,
    "firewall": _firewall,
    "protection": _protection,
}
