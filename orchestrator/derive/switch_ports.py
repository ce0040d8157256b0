"""What every port of every switch carries: one network, all of them, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from orchestrator.model.intent import Placement, SwitchPort
from orchestrator.model.names import SWITCH_PLATFORMS, SWITCHES
from orchestrator.model.source import because
from orchestrator.model.town import Host, Outlet, Socket, Town, Trunk


def switch_ports(town: Town, placements: Mapping[str, Placement]) -> dict[str, tuple[SwitchPort, ...]]:
    """All ports of each switch by number; a port that nothing uses is shut."""
    used: dict[str, dict[int, SwitchPort]] = defaultdict(dict)
    for port in (*_trunks(town), *_outlets(town), *_access(town, placements)):
        used[port.switch][port.number] = port
    return {name: _filled(town.hosts[name], used[name]) for name in sorted(town.groups.get(SWITCHES, ()))}


def _filled(switch: Host, used: Mapping[int, SwitchPort]) -> tuple[SwitchPort, ...]:
    last = max([SWITCH_PLATFORMS[switch.platform].ports, *used])
    return tuple(used.get(number) or _shut(switch, number) for number in range(1, last + 1))


def _shut(switch: Host, number: int) -> SwitchPort:
    return SwitchPort(switch.name, number, "shut", None, (), "unused", because(switch))


def _access(town: Town, placements: Mapping[str, Placement]) -> Iterator[SwitchPort]:
    for host in town.hosts.values():
        if host.socket is not None:
            yield _access_port(host, town.sockets[host.socket], town, placements[host.name])


def _access_port(host: Host, socket: Socket, town: Town, placement: Placement) -> SwitchPort:
    lines = because(host, socket, town.networks[placement.network])
    return SwitchPort(
        socket.switch, socket.port, "access", placement.vlan, (), f"{host.name} {socket.name}", lines
    )


def _trunks(town: Town) -> Iterator[SwitchPort]:
    vlans = tuple(sorted(network.vlan for network in town.networks.values()))
    networks = sorted(town.networks.values(), key=lambda network: network.vlan)
    for trunk in town.trunks:
        lines = because(trunk, *networks)
        yield SwitchPort(trunk.switch, trunk.port, "trunk", None, vlans, f"trunk {_far_end(trunk)}", lines)
        if trunk.to_port is not None:
            near_end = f"trunk {trunk.switch} {trunk.port}"
            yield SwitchPort(trunk.to, trunk.to_port, "trunk", None, vlans, near_end, lines)


def _far_end(trunk: Trunk) -> str:
    return trunk.to if trunk.to_port is None else f"{trunk.to} {trunk.to_port}"


def _outlets(town: Town) -> Iterator[SwitchPort]:
    for outlet in town.outlets:
        network = town.networks[outlet.network]
        lines = because(outlet, network)
        yield SwitchPort(outlet.switch, outlet.port, "access", network.vlan, (), _ascii(outlet), lines)


def _ascii(outlet: Outlet) -> str:
    """Devices take printable ASCII in a description; anything else falls back to the network's name."""
    plain = outlet.description.isascii() and outlet.description.isprintable()
    return outlet.description if plain and outlet.description else outlet.network
