"""What a lab is made of, in values: machines, networks and where each cable ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

from orchestrator.errors import LabError
from orchestrator.model.names import DHCP_SERVERS, FIREWALLS, OUTSIDE_ZONE, SWITCHES, WORKSTATIONS
from orchestrator.model.town import Host, Town

HOST, FIREWALL, SWITCH, MIRROR = "host", "firewall", "switch", "mirror"


@dataclass(frozen=True, slots=True, order=True)
class Jack:
    """A port of a switch."""

    switch: str
    port: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A network and its gateway's address."""

    network: str
    vlan: int
    gateway: IPv4Interface
    outside: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine as it is bought: kind, MAC, and the addresses that an installer gave it.

    Without an address it asks for a lease; without a control address nobody administers it.
    """

    name: str
    kind: str
    mac: str
    address: IPv4Interface | None
    gateway: IPv4Address | None
    control: IPv4Interface | None
    jack: Jack | None
    vlan: int | None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that is to be built."""

    machines: Mapping[str, Machine]
    legs: tuple[Leg, ...]
    between_switches: tuple[tuple[Jack, Jack], ...]
    controller: IPv4Interface


def blueprint(town: Town, equipment: Path) -> Blueprint:
    """The whole town with its equipment and the machines that wait for a line of their own."""
    control = town.connection.control_network
    if control is None:
        raise LabError("the inventory has no control network: it is no lab")
    legs = tuple(
        Leg(name, net.vlan, IPv4Interface(f"{net.gateway}/{net.subnet.prefixlen}"), net.zone == OUTSIDE_ZONE)
        for name, net in town.networks.items()
    )
    machines = {name: _machine(host, town, legs, control) for name, host in town.hosts.items()}
    for extra in _equipment(equipment, town, legs, control):
        machines.setdefault(extra.name, extra)
    cables = tuple(
        (Jack(trunk.switch, trunk.port), Jack(trunk.to, trunk.to_port))
        for trunk in town.trunks
        if trunk.to_port is not None
    )
    controller = IPv4Interface(f"{town.connection.controller}/{control.prefixlen}")
    return Blueprint(dict(sorted(machines.items())), legs, cables, controller)


def bench(whole: Blueprint, names: tuple[str, ...], town: Town) -> Blueprint:
    """Only the named machines and the mirror; a PC asks for a lease only if somebody is there to give it."""
    unknown = sorted(set(names) - set(whole.machines))
    if unknown:
        raise LabError(f"no such machine: {', '.join(unknown)}; there are {', '.join(whole.machines)}")
    chosen = {name: m for name, m in whole.machines.items() if name in names or m.kind == MIRROR}
    leases = any(name in town.groups.get(DHCP_SERVERS, ()) for name in chosen)
    routed = not any(machine.kind == FIREWALL for machine in chosen.values())
    machines = {name: _on_the_bench(machine, whole, leases, routed, town) for name, machine in chosen.items()}
    return replace(whole, machines=machines, between_switches=())


def _on_the_bench(machine: Machine, whole: Blueprint, leases: bool, routed: bool, town: Town) -> Machine:
    leg = next((leg for leg in whole.legs if leg.vlan == machine.vlan), None)
    if machine.address is None and not leases and leg and machine.name in town.hosts:
        address = IPv4Interface(f"{town.hosts[machine.name].address}/{leg.gateway.network.prefixlen}")
        return replace(machine, address=address, gateway=leg.gateway.ip)
    if machine.kind == MIRROR and routed and leg:
        return replace(machine, gateway=leg.gateway.ip)
    return machine


def _machine(host: Host, town: Town, legs: tuple[Leg, ...], control: IPv4Network) -> Machine:
    leg = next((leg for leg in legs if host.address in leg.gateway.network), None)
    if leg is None:
        raise LabError(f"{host.name}: {host.address} lies in no network")
    kind = SWITCH if SWITCHES in host.groups else FIREWALL if FIREWALLS in host.groups else HOST
    leases = WORKSTATIONS in host.groups
    return Machine(
        name=host.name,
        kind=kind,
        mac=host.mac,
        address=None if leases else IPv4Interface(f"{host.address}/{leg.gateway.network.prefixlen}"),
        gateway=leg.gateway.ip if kind == HOST and not leases else None,
        control=control_address(host.address, control),
        jack=_jack(host, town),
        vlan=leg.vlan,
    )


def control_address(address: IPv4Address, control: IPv4Network) -> IPv4Interface:
    """The address with the same last octets in the control network."""
    number = int(control.network_address) | (int(address) & int(control.hostmask))
    return IPv4Interface((number, control.prefixlen))


def _jack(host: Host, town: Town) -> Jack | None:
    if host.socket:
        socket = town.sockets[host.socket]
        return Jack(socket.switch, socket.port)
    trunk = next((trunk for trunk in town.trunks if trunk.to == host.name and trunk.to_port is None), None)
    return Jack(trunk.switch, trunk.port) if trunk else None


def _equipment(path: Path, town: Town, legs: tuple[Leg, ...], control: IPv4Network) -> list[Machine]:
    import yaml

    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    machines = []
    for name, mirror in given["mirrors"].items():
        leg = next(leg for leg in legs if leg.network == mirror["network"])
        outlet = next(outlet for outlet in town.outlets if outlet.network == leg.network)
        address = IPv4Interface(f"{mirror['address']}/{leg.gateway.network.prefixlen}")
        jack = Jack(outlet.switch, outlet.port)
        machines.append(Machine(name, MIRROR, mirror["mac"], address, None, None, jack, leg.vlan))
    for name, pc in given["waiting"].items():
        socket = town.sockets[pc["socket"]]
        reached, jack = (
            IPv4Interface(f"{pc['control']}/{control.prefixlen}"),
            Jack(socket.switch, socket.port),
        )
        machines.append(Machine(name, HOST, pc["mac"], None, None, reached, jack, None))
    return machines
