"""Lays the wiring: namespaces, cables and bridges that are not there yet."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.lab.blueprint import Jack
from orchestrator.lab.shell import Shell
from orchestrator.lab.wiring import (
    CONTROLLER,
    DATA,
    Bridge,
    Cable,
    End,
    Plug,
    Wiring,
    port_end,
    socket_end,
    space_name,
)


@dataclass(frozen=True, slots=True)
class Network:
    """The namespaces of one lab."""

    shell: Shell
    lab: str

    def spaces(self) -> set[str]:
        """All namespaces on this machine, by their full names."""
        listed = self.shell.run("ip", "-json", "netns", "list").strip()
        return {entry["name"] for entry in json.loads(listed or "[]")}

    def lay(self, wiring: Wiring) -> None:
        """Make what is missing and leave what is there."""
        there = self.spaces()
        new = [space for space in wiring.spaces if self._name(space) not in there]
        for space in new:
            self.shell.run("ip", "netns", "add", self._name(space))
        for space in new:
            self.inside(space, "ip link set lo up; sysctl -qw net.ipv4.ip_forward=0")
        links = {space: self.links(space) for space in (CONTROLLER, *wiring.spaces)}
        cables = [cable for cable in wiring.cables if cable.far.name not in links[cable.far.space]]
        for near in (cable.near for cable in cables if cable.near.name in links[cable.near.space]):
            self.delete(near)
        self._lay_cables(cables, links)
        for bridge in wiring.bridges:
            self._raise_bridge(bridge, links[bridge.end.space])
        for plug in wiring.plugs:
            if DATA not in links[plug.machine]:
                self.plug(plug)
        for end, address in wiring.addresses:
            self._batch(end.space, [f"address replace {address} dev {end.name}", f"link set {end.name} up"])
        for space in wiring.routers:
            self.inside(space, "sysctl -qw net.ipv4.ip_forward=1")

    def plug(self, plug: Plug) -> None:
        """Put the loose end of a port's cable into a machine."""
        near, loose = port_end(plug.jack), socket_end(plug.jack)
        target = self._name(plug.machine)
        self._batch(near.space, [f"link set {loose.name} netns {target} name {DATA} address {plug.mac}"])
        self._batch(plug.machine, [f"link set {DATA} up"])
        self.inside(plug.machine, f"ethtool -K {DATA} tx off >/dev/null 2>&1 || true")

    def unplug(self, machine: str, jack: Jack) -> None:
        """Pull the cable out of a machine; it stays in its port."""
        loose = socket_end(jack)
        move = f"link set {DATA} down", f"link set {DATA} netns {self._name(loose.space)} name {loose.name}"
        self._batch(machine, list(move))

    def remove(self, spaces: Iterable[str]) -> None:
        """Remove namespaces by their full names, with every cable that ends there."""
        for name in sorted(set(spaces) & self.spaces()):
            self.shell.run("ip", "netns", "delete", name)

    def delete(self, end: End) -> None:
        """Remove an interface, unless the kernel did so already; it clears away later."""
        self.shell.succeeds("ip", *self._in(end.space), "link", "delete", end.name)

    def ports(self, bridge: End) -> list[End]:
        """The interfaces that are ports of a bridge."""
        listed = self.shell.run("ip", *self._in(bridge.space), "-json", "link", "show", "master", bridge.name)
        return [End(bridge.space, link["ifname"]) for link in json.loads(listed or "[]")]

    def links(self, space: str) -> set[str]:
        """The interfaces in a namespace."""
        listed = self.shell.run("ip", *self._in(space), "-json", "link", "show")
        return {link["ifname"] for link in json.loads(listed or "[]")}

    def inside(self, space: str, script: str) -> str:
        """Run a shell script inside a namespace."""
        return self.shell.run("ip", "netns", "exec", self._name(space), "sh", "-c", script)

    def _lay_cables(self, cables: list[Cable], links: dict[str, set[str]]) -> None:
        lines: list[str] = []
        ends: dict[str, list[str]] = defaultdict(list)
        for cable in cables:
            near, far = cable.near, cable.far
            mac = f" address {cable.mac}" if cable.mac else ""
            peer = f"peer name {far.name}{mac}{self._netns(far)}"
            lines.append(f"link add {near.name}{self._netns(near)} type veth {peer}")
            for end in (near, far):
                ends[end.space].append(end.name)
                links[end.space].add(end.name)
        if lines:
            self.shell.run("ip", "-batch", "-", given="\n".join(lines) + "\n")
        for space, names in ends.items():
            quiet = [name for name in names if name.startswith(("jack", "swp"))]
            self._batch(space, [f"link set {name} up" for name in names if name not in quiet])
            off = "; ".join(f"ethtool -K {name} tx off >/dev/null 2>&1" for name in names)
            if space != CONTROLLER:
                self.inside(space, f"{off}; true")

    def _raise_bridge(self, bridge: Bridge, links: set[str]) -> None:
        name, space = bridge.end.name, bridge.end.space
        lines = [] if name in links else [f"link add {name} type bridge"]
        lines += [f"address replace {address} dev {name}" for address in bridge.addresses]
        lines += [f"link set {name} up", *(f"link set {port} master {name} up" for port in bridge.ports)]
        self._batch(space, lines)
        if bridge.isolated:
            ports = "".join(f"link set dev {port} isolated on\n" for port in bridge.ports)
            self.shell.run("bridge", *self._in(space), "-batch", "-", given=ports)

    def _batch(self, space: str, lines: list[str]) -> None:
        if lines:
            self.shell.run("ip", *self._in(space), "-batch", "-", given="\n".join(lines) + "\n")

    def _name(self, space: str) -> str:
        return space_name(self.lab, space)

    def _in(self, space: str) -> list[str]:
        return ["-netns", self._name(space)] if space else []

    def _netns(self, end: End) -> str:
        return f" netns {self._name(end.space)}" if end.space else ""
