"""The firewall's rules as values, from the arguments of its role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from orchestrator.flows.flow_set import ALWAYS
from orchestrator.flows.services import services
from orchestrator.flows.spans import Ranges, tidy
from orchestrator.model.addresses import number_of

ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True)
class Accept:
    """A rule that accepts; no interfaces and no set mean any."""

    services: Ranges
    enters: tuple[str, ...] = ()
    source: str | None = None
    leaves: tuple[str, ...] = ()
    destination: str | None = None
    until: str = ALWAYS


@dataclass(frozen=True, slots=True)
class Published:
    """A port asked for on an interface, and the host that the firewall leads it to."""

    enters: str
    protocol: str
    port: int
    host: IPv4Address
    host_port: int

    @property
    def door(self) -> str:
        """What it is as a place that packets go to."""
        return f"{self.host}:{self.host_port} published on {self.enters}"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Named sets of addresses, what crosses the firewall, what it takes itself, and what it publishes.

    On guarded interfaces the reverse path is checked.
    """

    sets: Mapping[str, Ranges]
    forward: tuple[Accept, ...]
    input: tuple[Accept, ...]
    published: tuple[Published, ...]
    guarded: tuple[str, ...]


def ruleset(arguments: Mapping[str, Any]) -> Ruleset:
    """The rules that the arguments of the role firewall stand for."""
    control = arguments.get("firewall_control_interface")
    own = (
        Accept(services("icmp")),
        Accept(services("tcp", [(22, 22)]), (control,) if control else (), ADMINISTRATION),
    )
    return Ruleset(
        {
            ADMINISTRATION: addresses(arguments["firewall_controllers"]),
            **{entry["name"]: addresses(entry["elements"]) for entry in arguments["firewall_sets"]},
        },
        tuple(_accept(entry) for entry in arguments["firewall_forward"]),
        (*own, *(_accept(entry) for entry in arguments["firewall_input"])),
        tuple(_published(entry) for entry in arguments["firewall_published"]),
        tuple(leg["name"] for leg in arguments["firewall_interfaces"]),
    )


def addresses(elements: Iterable[str]) -> Ranges:
    """The addresses of networks and single addresses."""
    return _addresses(tuple(elements))


@lru_cache(maxsize=4096)
def _addresses(elements: tuple[str, ...]) -> Ranges:
    """Kept: one plan reads the same sets of the rules before, after, and of those that must hold."""
    return tidy(map(reach, elements))


def reach(element: str) -> tuple[int, int]:
    """The first address of a network or single address, and the one after its last."""
    if "/" not in element:
        return (one := number_of(element)), one + 1
    network = IPv4Network(element)
    return int(network[0]), int(network[-1]) + 1


def port_range(text: str) -> tuple[int, int]:
    """First and last port of `443` or `100-200`."""
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _accept(entry: Mapping[str, Any]) -> Accept:
    return Accept(
        services(entry["protocol"], map(port_range, entry["ports"])),
        tuple(entry["source_interfaces"]),
        entry["source"],
        tuple(entry.get("destination_interfaces", ())),
        entry.get("destination"),
        entry.get("until") or ALWAYS,
    )


def _published(entry: Mapping[str, Any]) -> Published:
    host = IPv4Address(entry["destination"])
    return Published(entry["interface"], entry["protocol"], entry["port"], host, entry["destination_port"])
