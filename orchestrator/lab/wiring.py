"""Which namespaces, bridges and cables a lab needs: a plan in values, laid by network.py."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Interface

from orchestrator.lab.blueprint import FIREWALL, SWITCH, Blueprint, Jack, Machine
from orchestrator.model.names import SWITCH_PLATFORMS

CONTROLLER = ""
CORE = "core"
CONTROL_BRIDGE = "thb-control"
CONTROL = "ctl0"
DATA = "eth0"


@dataclass(frozen=True, slots=True, order=True)
class End:
    """An interface in a machine's namespace; no machine means the controller's own."""

    space: str
    name: str


@dataclass(frozen=True, slots=True)
class Cable:
    """A pair of interfaces, laid when the far end is missing; the MAC, where given, is the far end's."""

    near: End
    far: End
    mac: str | None = None


@dataclass(frozen=True, slots=True)
class Plug:
    """A machine's data interface in a port of a switch."""

    machine: str
    mac: str
    jack: Jack


@dataclass(frozen=True, slots=True)
class Bridge:
    """A Linux bridge with addresses; isolated ports reach the bridge alone, not each other."""

    end: End
    addresses: tuple[IPv4Interface, ...]
    ports: tuple[str, ...]
    isolated: bool = False


@dataclass(frozen=True, slots=True)
class Wiring:
    """All there is to lay, in the order of laying."""

    spaces: tuple[str, ...]
    cables: tuple[Cable, ...]
    bridges: tuple[Bridge, ...]
    plugs: tuple[Plug, ...]
    addresses: tuple[tuple[End, IPv4Interface], ...]
    routers: tuple[str, ...] = ()


def wire_town(plan: Blueprint) -> Wiring:
    """Switches with all their ports, every machine in its port, the switches among themselves."""
    taken = {jack for pair in plan.between_switches for jack in pair}
    loose = [Cable(socket_end(jack), port_end(jack)) for jack in _ports(plan) if jack not in taken]
    between = [Cable(port_end(left), port_end(right)) for left, right in plan.between_switches]
    plugs = [Plug(m.name, m.mac, m.jack) for m in plan.machines.values() if m.jack]
    control, cables, addresses = _control(plan)
    return Wiring(
        spaces=tuple(plan.machines),
        cables=(*cables, *between, *loose),
        bridges=(control,),
        plugs=tuple(plugs),
        addresses=addresses,
    )


def wire_bench(plan: Blueprint) -> Wiring:
    """A bridge for each network in one namespace; a firewall gets a leg in each, else the bridges route."""
    firewalls = [machine for machine in plan.machines.values() if machine.kind == FIREWALL]
    control, controls, addresses = _control(plan)
    ports = [Cable(socket_end(jack), port_end(jack)) for jack in _ports(plan)]
    data = [
        _bench_cable(machine)
        for machine in plan.machines.values()
        if machine.vlan is not None and machine.kind != SWITCH
    ]
    legs = [
        Cable(End(CORE, f"l{leg.vlan}"), End(firewall.name, f"{DATA}.{leg.vlan}"), firewall.mac)
        for firewall in firewalls[:1]
        for leg in plan.legs
    ]
    bridges = [
        Bridge(
            End(CORE, f"br{leg.vlan}"),
            () if firewalls else (leg.gateway,),
            (
                *(cable.near.name for cable in data if plan.machines[cable.far.space].vlan == leg.vlan),
                *([f"l{leg.vlan}"] if firewalls else []),
            ),
        )
        for leg in plan.legs
    ]
    return Wiring(
        spaces=(CORE, *plan.machines),
        cables=(*controls, *data, *legs, *ports),
        bridges=(control, *bridges),
        plugs=(),
        addresses=addresses,
        routers=() if firewalls else (CORE,),
    )


def port_end(jack: Jack) -> End:
    """The switch's side of a port."""
    return End(jack.switch, SWITCH_PLATFORMS["ovs"].port_name(jack.port))


def socket_end(jack: Jack) -> End:
    """The loose end of a port's cable, kept with the switch until a machine is plugged in."""
    return End(jack.switch, f"jack{jack.port}")


def space_name(lab: str, machine: str) -> str:
    """The namespace and the container of a machine."""
    return machine if machine.startswith(f"{lab}-") else f"{lab}-{machine}"


def _ports(plan: Blueprint) -> list[Jack]:
    """All ports of all switches."""
    return [
        Jack(machine.name, number)
        for machine in plan.machines.values()
        if machine.kind == SWITCH
        for number in range(1, SWITCH_PLATFORMS["ovs"].ports + 1)
    ]


def _bench_cable(machine: Machine) -> Cable:
    return Cable(End(CORE, _short(machine.name)), End(machine.name, DATA), machine.mac)


def _control(plan: Blueprint) -> tuple[Bridge, list[Cable], tuple[tuple[End, IPv4Interface], ...]]:
    reached = [machine for machine in plan.machines.values() if machine.control]
    cables = [
        Cable(End(CONTROLLER, f"ctl{_short(m.name)}"), End(m.name, CONTROL), _steady_mac(m.control))
        for m in reached
        if m.control
    ]
    bridge = Bridge(
        End(CONTROLLER, CONTROL_BRIDGE),
        (plan.controller,),
        tuple(cable.near.name for cable in cables),
        isolated=True,
    )
    addresses = [(End(m.name, CONTROL), m.control) for m in reached if m.control]
    return bridge, cables, tuple(addresses)


def _steady_mac(address: IPv4Interface) -> str:
    """A MAC that follows from the address, so that neighbours know a machine that was made anew."""
    return ":".join(f"{byte:02x}" for byte in b"\x02\x54" + address.ip.packed)


def _short(name: str) -> str:
    """A stable name that fits into an interface's 15 characters."""
    return "h" + sha256(name.encode()).hexdigest()[:10]
