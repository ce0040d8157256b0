"""The second probe: ways of other hosts through a firewall, tried before its change is confirmed.

The probes are of one run only: they decide whether a change stays, not what it is, and are in no key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any
from urllib.parse import urlsplit

from orchestrator.flows import FlowSet, Packet, allowed
from orchestrator.flows.ground import Ground, ground, places
from orchestrator.model.rendering import Rendering

ARGUMENT = "firewall_probes"
BASE = "base"
MOST, CANDIDATES = 3, 12
_NAMES, _WEB = 53, {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Probe:
    """A host of a zone, and the address and TCP port that it has to reach through the firewall."""

    source: str
    zone: str
    to: str
    port: int

    def argument(self) -> dict[str, object]:
        """Return the probe as the role takes it."""
        return {"from": self.source, "to": self.to, "port": self.port}


def candidates(
    arguments: Mapping[str, Any],
    rendering: Rendering,
    addresses: Mapping[str, IPv4Address],
    in_service: Collection[str],
    changed: Collection[str],
) -> tuple[Probe, ...]:
    """Return probes that the new rules allow: of hosts `in_service`, those that are not `changed` first.

    Each zone takes its turn, so that the first few come from as many zones as there are.
    """
    here, flows = ground(arguments), allowed(arguments)
    zones = {leg.name: leg.zone for leg in here.legs}
    turns = Counter[tuple[bool, str]]()
    found = []
    for unit in sorted(rendering.units, key=lambda one: one.host):
        if unit.role != BASE or unit.host not in in_service:
            continue
        ways = list(_allowed(dict.fromkeys(_promised(unit.arguments)), addresses[unit.host], here, flows))
        if ways:
            zone = zones[ways[0][0]]
            place = unit.host in changed, zone
            turns[place] += 1
            probes = [Probe(unit.host, zone, to, port) for _, to, port in ways]
            found.append(((unit.host in changed, turns[place], zone), probes))
    ordered = sorted(found, key=lambda pair: pair[0])[:CANDIDATES]
    return tuple(probe for _, probes in ordered for probe in probes)


def chosen(probes: Iterable[Probe], answering: Collection[str]) -> tuple[Probe, ...]:
    """Return the few that are tried: of hosts that answer, other hosts and other goals before the same."""
    left = [probe for probe in probes if probe.source in answering]
    found: list[Probe] = []
    while left and len(found) < MOST:
        hosts, goals = {one.source for one in found}, {(one.to, one.port) for one in found}
        best = min(left, key=lambda one: (one.source in hosts, (one.to, one.port) in goals))
        found.append(best)
        left.remove(best)
    return tuple(found)


def _promised(arguments: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What every host is promised over TCP: the town's name servers and its packages."""
    yield from ((str(server), _NAMES) for server in arguments["base_dns_servers"])
    for source in arguments["base_package_sources"]:
        asked = urlsplit(source["uri"])
        if asked.hostname and asked.scheme in _WEB:
            yield asked.hostname, asked.port or _WEB[asked.scheme]


def _allowed(
    ways: Iterable[tuple[str, int]], source: IPv4Address, here: Ground, flows: FlowSet
) -> Iterator[tuple[str, str, int]]:
    """Those ways that cross the firewall by its rules, each with the leg where it comes in."""
    for to, port in ways:
        if not _is_address(to):
            continue
        goal = IPv4Address(to)
        for enters in _doors(here, source):
            for leaves in _doors(here, goal):
                if enters != leaves and Packet(enters, source, leaves, goal, "tcp", port) in flows:
                    yield enters, to, port


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit() and text.count(".") == 3


def _doors(here: Ground, address: IPv4Address) -> list[str]:
    at = int(IPv4Network(address)[0])
    return [door for (door, _), _ in places(here.destinations, ((at, at + 1),))]
