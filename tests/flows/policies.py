"""Policies made up for laws and witnesses, and the text that the role's own template makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from orchestrator import role_templates as templates
from orchestrator.desired import desired

REPOSITORY = Path(__file__).resolve().parents[2]
SUBNETS = ("198.18.0.0/28", "198.18.1.0/24", "198.18.2.0/25", "198.18.2.128/26", "198.18.200.0/29")
OUTSIDE = len(SUBNETS) - 1
FAR = ("198.19.7.7", "198.19.0.0/17", "198.18.77.0/24", "198.19.255.1")
PORTS = ("1", "22", "53", "80", "80-90", "443", "1024-65535", "65535")
DAYS = ("2098-12-31", "2099-12-31")
Policy = dict[str, Any]


def text_of(arguments: Mapping[str, Any]) -> str:
    """The rules as the role writes them."""
    return templates.text_of("firewall", "etc/townhall/firewall.nft", arguments)


@cache
def policy_of(town: str) -> tuple[Policy, Mapping[str, str]]:
    """The arguments of a town's firewall, and its hosts by address."""
    wanted = desired(REPOSITORY / "inventories" / town)
    found = next(unit.arguments for unit in wanted.rendering.units if unit.role == "firewall")
    return dict(found), {str(host.address): host.name for host in wanted.town.hosts.values()}


def legs(count: int) -> list[dict[str, Any]]:
    """As many legs inside and the one outside."""
    chosen = [*range(count), OUTSIDE]
    return [_leg(number) for number in chosen]


def _leg(number: int) -> dict[str, Any]:
    network = IPv4Network(SUBNETS[number])
    zone = "internet" if number == OUTSIDE else f"z{number // 2}"
    name = f"leg{number}"
    address = f"{network[1]}/{network.prefixlen}"
    return {"name": name, "vlan": 10 + number, "network": f"n{number}", "zone": zone, "address": address}


@st.composite
def elements(draw: st.DrawFn) -> list[str]:
    """What a set may hold: networks, parts of them, single machines, far addresses."""
    found = []
    for subnet in draw(st.lists(st.sampled_from(SUBNETS), max_size=3)):
        network = IPv4Network(subnet)
        kind = draw(st.sampled_from(["whole", "half", "one", "far"]))
        half = list(network.subnets(1))[draw(st.integers(0, 1))]
        one = IPv4Address(draw(st.integers(int(network[0]), int(network[-1]))))
        found.append(
            {"whole": subnet, "half": str(half), "one": str(one), "far": draw(st.sampled_from(FAR))}[kind]
        )
    return found


@st.composite
def traffic(draw: st.DrawFn) -> dict[str, Any]:
    """A protocol with its ports."""
    protocol = draw(st.sampled_from(["tcp", "udp", "tcp", "icmp", "any"]))
    ports = st.lists(st.sampled_from(PORTS), min_size=1, max_size=3, unique=True)
    some = draw(ports) if protocol in {"tcp", "udp"} and draw(st.booleans()) else []
    return {"protocol": protocol, "ports": [] if {"80", "80-90"} <= {*some} else some}


@st.composite
def side(draw: st.DrawFn, sets: list[str], interfaces: list[str]) -> tuple[str | None, list[str]]:
    """One end of a flow: a set, interfaces, both or neither."""
    named = draw(st.sampled_from([None, *sets, *sets]))
    count = 2 if named is None else 1
    return named, draw(st.lists(st.sampled_from(interfaces), max_size=count, unique=True))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """The arguments of the role firewall, any that the role takes."""
    found = legs(draw(st.integers(1, OUTSIDE)))
    names = [leg["name"] for leg in found]
    sets = [f"group_g{number}" for number in range(draw(st.integers(0, 4)))]
    forward = st.builds(_forward, side(sets, names), side(sets, names), traffic(), st.sampled_from(_UNTIL))
    entering = st.builds(_input, side(sets, names), traffic())
    inside = [str(IPv4Network(SUBNETS[number])[3]) for number in range(len(found) - 1)]
    return {
        "firewall_hostname": "fw1",
        "firewall_interfaces": found,
        "firewall_control_interface": draw(st.sampled_from([None, "ctl0"])),
        "firewall_controllers": [draw(st.sampled_from(["198.19.0.1", "198.18.0.5"]))],
        "firewall_sets": [{"name": name, "elements": draw(elements())} for name in sets],
        "firewall_forward": draw(st.lists(forward, max_size=6)),
        "firewall_input": draw(st.lists(entering, max_size=3)),
        "firewall_masquerade": [],
        "firewall_published": draw(_publications(names, inside)),
    }


_UNTIL = [None, None, *DAYS]


def _forward(
    sender: tuple[str | None, list[str]],
    receiver: tuple[str | None, list[str]],
    asked: Mapping[str, Any],
    until: str | None,
) -> Policy:
    return {
        **_input(sender, asked),
        "destination": receiver[0],
        "destination_interfaces": receiver[1],
        "until": until,
    }


def _input(sender: tuple[str | None, list[str]], asked: Mapping[str, Any]) -> Policy:
    return {"name": "f", "source": sender[0], "source_interfaces": sender[1], "comment": "a flow", **asked}


def _publications(names: list[str], inside: list[str]) -> st.SearchStrategy[list[Policy]]:
    one = st.fixed_dictionaries(
        {
            "name": st.just("p"),
            "interface": st.sampled_from([names[-1], *names]),
            "protocol": st.sampled_from(["tcp", "udp"]),
            "port": st.sampled_from([80, 443]),
            "destination": st.sampled_from(inside),
            "destination_port": st.sampled_from([80, 443]),
        }
    )
    return st.lists(one, max_size=2)
