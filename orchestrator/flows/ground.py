"""Where addresses are: the legs of the firewall, what can come in on each and what is reached over it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from orchestrator.flows.spans import Ranges, Spans, stacked, tidy, without
from orchestrator.model.names import OUTSIDE_ZONE

FIREWALL = "the firewall"
ITSELF: Ranges = (((FIREWALL, 0), (FIREWALL, 1)),)
ANYWHERE: Ranges = ((1 << 24, 127 << 24), (128 << 24, 224 << 24))
"""Every unicast address but those of the loopback."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An interface of the firewall and the addresses behind it."""

    name: str
    network: str
    zone: str
    own: Ranges


@dataclass(frozen=True, slots=True)
class Ground:
    """The legs and what is behind them; by address, the doors where it comes in and where it is reached.

    An address of a leg's subnet is behind that leg only: the reverse path check drops it elsewhere. One of no
    subnet is behind every leg of the zone outside and that of the default route, and comes in by the control
    interface too. First and last address of a subnet are nobody's, the firewall's own are behind no leg.
    """

    legs: tuple[Leg, ...]
    control: str | None
    firewall: tuple[IPv4Address, ...]
    sources: Spans
    destinations: Spans


def ground(arguments: Mapping[str, Any]) -> Ground:
    """The ground that the arguments of the role firewall describe."""
    given = arguments["firewall_interfaces"]
    interfaces = [IPv4Interface(leg["address"]) for leg in given]
    gateways = tidy((int(one.ip), int(one.ip) + 1) for one in interfaces)
    elsewhere = without(ANYWHERE, tidy(_whole(one.network) for one in interfaces))
    outside = arguments.get("firewall_default_route_interface")
    legs = tuple(
        Leg(leg["name"], leg["network"], leg["zone"], tidy((*_hosts(one.network, gateways), *far)))
        for leg, one in zip(given, interfaces, strict=True)
        for far in [elsewhere if leg["zone"] == OUTSIDE_ZONE or leg["name"] == outside else ()]
    )
    control = arguments.get("firewall_control_interface")
    return Ground(
        legs,
        control,
        tuple(one.ip for one in interfaces),
        _doors((*legs, Leg(control, "", "", elsewhere)) if control else legs),
        _doors(legs),
    )


def places(doors: Spans, addresses: Ranges, only: Sequence[str] = ()) -> Ranges:
    """Where addresses are: at their doors, or at some of them only."""
    found = []
    for low, high in addresses:
        at = max(bisect_right(doors, low, key=lambda span: span[0]) - 1, 0)
        while at < len(doors) and doors[at][0] < high:
            first, end = max(doors[at][0], low), min(doors[at][1], high)
            found += [((door, first), (door, end)) for door in doors[at][2] if not only or door in only]
            at += 1
    return tidy(part for part in found if part[0] < part[1])


def _whole(network: IPv4Network) -> tuple[int, int]:
    return int(network[0]), int(network[-1]) + 1


def _hosts(network: IPv4Network, gateways: Ranges) -> Ranges:
    first, end = _whole(network)
    at = max(bisect_right(gateways, (first, first)) - 1, 0)
    near = gateways[at : bisect_right(gateways, (end, end))]
    return without(((first + 1, end - 1),), near)


def _doors(legs: Sequence[Leg]) -> Spans:
    return stacked(legs, lambda leg: leg.own, lambda here: tuple(leg.name for leg in here))
