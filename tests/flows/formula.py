"""A policy as a formula of z3, straight from the role's arguments: what nft and the routes do with a packet.

Nothing of the algebra is used for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

import z3

from orchestrator.flows import FlowSet

PROTOCOLS = {"tcp": 0, "udp": 1, "icmp": 2, "other": 3}
WIDTH = 65536


class Formula:
    """A packet as unknowns: where it comes in and would go out, addresses, protocol and port."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.given = arguments
        self.legs = {leg["name"]: IPv4Interface(leg["address"]) for leg in arguments["firewall_interfaces"]}
        self.outside = {
            leg["name"] for leg in arguments["firewall_interfaces"] if leg["zone"] == "internet"
        } | {arguments.get("firewall_default_route_interface")}
        self.sets = {one["name"]: one["elements"] for one in arguments["firewall_sets"]}
        self.numbers: dict[str, int] = {}
        names = ("enters", "leaves", "source", "destination", "protocol", "port")
        self.enters, self.leaves, self.source, self.destination, self.protocol, self.port = map(z3.Int, names)

    def number(self, name: str) -> int:
        """A number for a name."""
        return self.numbers.setdefault(name, len(self.numbers))

    def sensible(self) -> Any:
        """Addresses, protocol and port in their ranges; only TCP and UDP have ports."""
        return z3.And(
            *(z3.And(one >= 0, one < 2**32) for one in (self.source, self.destination)),
            z3.And(self.protocol >= 0, self.protocol <= 3, self.port >= 0, self.port < WIDTH),
            z3.Implies(self.protocol >= 2, self.port == 0),
            z3.Or([self.leaves == self.number(leg) for leg in self.legs]),
        )

    def of(self, address: Any, elements: Iterable[str]) -> Any:
        """Whether an address is one of the elements."""
        networks = [IPv4Network(element) for element in elements]
        return z3.Or([z3.And(int(n[0]) <= address, address <= int(n[-1])) for n in networks])

    def somebodys(self, address: Any) -> Any:
        """Whether a machine other than the firewall may have the address."""
        edges = [
            int(edge) for leg in self.legs.values() for edge in (leg.network[0], leg.network[-1], leg.ip)
        ]
        nobodys = ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")
        return z3.And(z3.Not(self.of(address, nobodys)), *(address != edge for edge in edges))

    def behind(self, address: Any, door: Any, control: bool) -> Any:
        """Whether the route to an address leads over the door."""
        inside = [str(leg.network) for leg in self.legs.values()]
        ways = [
            z3.And(door == self.number(name), self.of(address, [str(leg.network)]))
            for name, leg in self.legs.items()
        ]
        far = [name for name in self.legs if name in self.outside]
        if control and self.given.get("firewall_control_interface"):
            far.append(self.given["firewall_control_interface"])
        beyond = [z3.And(door == self.number(name), z3.Not(self.of(address, inside))) for name in far]
        return z3.And(self.somebodys(address), z3.Or(*ways, *beyond))

    def verdict(self, day: str) -> tuple[Any, Any, Any]:
        """Whether the rules let the packet in or through on a day, its door, and if it is routed so."""
        goal, port, door = self.destination, self.port, self.leaves
        own = [str(leg.ip) for leg in self.legs.values()]
        door = z3.If(self.of(goal, own), self.number("the firewall"), door)
        for rule in reversed(self.given["firewall_published"]):
            asked = z3.And(
                self.enters == self.number(rule["interface"]),
                self.protocol == PROTOCOLS[rule["protocol"]],
                self.port == rule["port"],
            )
            host, host_port = rule["destination"], rule["destination_port"]
            name = f"{host}:{host_port} published on {rule['interface']}"
            goal = z3.If(asked, int(IPv4Address(host)), goal)
            port = z3.If(asked, host_port, port)
            door = z3.If(asked, self.number(name), door)
        way = self.behind(goal, self.leaves, control=False)
        rules = [self.forwards(rule, goal, port, day) for rule in self.given["firewall_forward"]]
        into = z3.Or(
            self.administers(port), *(self.takes(rule, port) for rule in self.given["firewall_input"])
        )
        passes = z3.If(self.of(goal, own), into, z3.And(way, z3.Or(rules)))
        arrives = self.behind(self.source, self.enters, control=True)
        return z3.And(arrives, passes), door, z3.Or(way, z3.Not(self.somebodys(goal)))

    def administers(self, port: Any) -> Any:
        """The rules of the chain input that are always there."""
        control = self.given.get("firewall_control_interface")
        where = self.enters == self.number(control) if control else True
        who = self.of(self.source, self.given["firewall_controllers"])
        return z3.Or(self.protocol == PROTOCOLS["icmp"], z3.And(where, who, self.protocol == 0, port == 22))

    def takes(self, rule: Mapping[str, Any], port: Any) -> Any:
        """Whether a rule of the chain input accepts."""
        return z3.And(
            self.among(self.enters, rule["source_interfaces"]),
            self.member(self.source, rule["source"]),
            self.asks(rule, port),
        )

    def forwards(self, rule: Mapping[str, Any], goal: Any, port: Any, day: str) -> Any:
        """Whether a rule of the chain forward accepts on a day."""
        if rule["until"] and day > rule["until"]:
            return False
        return z3.And(
            self.takes(rule, port),
            self.among(self.leaves, rule["destination_interfaces"]),
            self.member(goal, rule["destination"]),
        )

    def among(self, door: Any, names: Iterable[str]) -> Any:
        """Whether a door is one of these; none means any."""
        return z3.Or([door == self.number(name) for name in names]) if names else True

    def member(self, address: Any, name: str | None) -> Any:
        """Whether an address is in a named set; none means any."""
        return True if name is None else self.of(address, self.sets[name])

    def asks(self, rule: Mapping[str, Any], port: Any) -> Any:
        """Whether the packet's service is the rule's."""
        if rule["protocol"] == "any":
            return True
        pairs = [(text.partition("-")[0], text.rpartition("-")[2]) for text in rule["ports"]]
        asked = z3.Or([z3.And(int(low) <= port, port <= int(high)) for low, high in pairs]) if pairs else True
        return z3.And(self.protocol == PROTOCOLS[rule["protocol"]], asked)

    def within(self, flows: FlowSet, door: Any, day: str) -> Any:
        """Whether the packet, going to this door, is in a set on a day."""
        goal = z3.If(z3.Or([door == self.number(leg) for leg in self.legs]), self.destination, 0)
        asked = z3.If(self.protocol < 2, self.protocol * WIDTH + self.port, 2 * WIDTH + self.protocol - 2)
        return z3.Or(
            [
                z3.And(
                    self.at(self.enters, self.source, first, end),
                    z3.Or(
                        [
                            z3.And(
                                self.at(door, goal, low, high),
                                z3.Or([z3.And(a <= asked, asked < b) for a, b, last in ports if last >= day]),
                            )
                            for low, high, ports in goals
                        ]
                    ),
                )
                for first, end, goals in flows.spans
            ]
        )

    def at(self, door: Any, address: Any, first: tuple[str, int], end: tuple[str, int]) -> Any:
        """Whether a place is in a part of an axis."""
        return z3.And(door == self.number(first[0]), first[1] <= address, address < end[1])
