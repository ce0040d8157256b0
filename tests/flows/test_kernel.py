"""The third witness: the kernel's nftables lets through exactly the packets of the computed set."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from orchestrator.flows import FlowSet, Packet, allowed
from orchestrator.flows.services import service_at
from tests.flows.kernel import CONTROL_ADDRESS, Seen, Sent, around
from tests.flows.policies import Policy, policies, policy_of

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("nft"), reason="needs root and nft"),
]
ECHOES = 40
"""As many at once are answered by the rate limit."""
PORTED = ("tcp", "udp")
OURS = IPv4Network("198.18.0.0/15")
CONTROL = IPv4Interface(CONTROL_ADDRESS).network
FAR = [IPv4Address(address) for address in ("198.19.7.7", "198.19.100.1", "198.18.77.9", "198.19.255.1")]


class Ways:
    """What the routes and the publications of a policy do with a packet, told without the algebra."""

    def __init__(self, arguments: Policy) -> None:
        self.arguments = arguments
        self.legs = {leg["name"]: IPv4Interface(leg["address"]) for leg in arguments["firewall_interfaces"]}
        self.outside = next(
            leg["name"] for leg in arguments["firewall_interfaces"] if leg["zone"] == "internet"
        )

    def leg_of(self, address: IPv4Address) -> str:
        """The leg behind which an address is."""
        return next((name for name, leg in self.legs.items() if address in leg.network), self.outside)

    def expected(self, sent: Sent) -> tuple[Packet, Seen]:
        """The packet as a member of a set, and where it comes out if it is one."""
        goal, port, door = sent.destination, sent.port, ""
        for one in self.arguments["firewall_published"]:
            if (one["interface"], one["protocol"], one["port"]) == (sent.enters, sent.protocol, sent.port):
                goal, port = IPv4Address(one["destination"]), one["destination_port"]
                door = f"{goal}:{port} published on {sent.enters}"
                break
        own = goal in {leg.ip for leg in self.legs.values()}
        leaves = door or ("the firewall" if own else self.leg_of(goal))
        packet = Packet(
            sent.enters, sent.source, leaves, None if door or own else goal, sent.protocol, sent.port
        )
        return packet, Seen(None) if own else Seen(self.leg_of(goal), goal, port)


def samples(arguments: Policy, flows: FlowSet, count: int, chance: Random) -> list[Sent]:
    """Packets of the set, their neighbours just outside of it, and any others."""
    ways = Ways(arguments)
    found: list[Sent] = []
    while len(found) < count:
        one = member(flows, ways, chance)
        some = (one, beside(one, ways, chance), anything(ways, chance))
        corners = [corner(arguments, ways, chance) for _ in range(2)]
        found += [sent for sent in (*some, *corners) if sent and fits(sent, ways)]
    echoes = [sent for sent in found if sent.protocol == "icmp"]
    return [sent for sent in found if sent.protocol != "icmp"] + echoes[:ECHOES]


def member(flows: FlowSet, ways: Ways, chance: Random) -> Sent:
    """A packet of the set between addresses of the test, often on an edge of it."""
    start, stop = int(OURS[0]), int(OURS[-1]) + 1
    ours = [span for span in flows.spans if span[0][1] < stop and span[1][1] > start]
    first, end, goals = chance.choice(ours)
    low, high, asked = chance.choice([one for one in goals if one[1][1] == 1 or one[1][1] > start])
    at = chance.choice(asked)
    point = chance.choice([at[0], at[1] - 1])
    if low[1]:
        goal = pick(max(low[1], start), min(high[1], stop), chance)
    else:
        goal = chance.choice([leg.ip for leg in ways.legs.values()])
    source = pick(max(first[1], start), min(end[1], stop), chance)
    return Sent(first[0], source, goal, *service_at(point))


def pick(first: int, end: int, chance: Random) -> IPv4Address:
    """One of the addresses, often the first or the last."""
    return IPv4Address(chance.choice([first, end - 1, chance.randrange(first, end)]))


def beside(one: Sent, ways: Ways, chance: Random) -> Sent:
    """The packet with one thing changed a little."""
    step = chance.choice([-1, 1])
    port = min(max(one.port + step, 1), 65535) if one.port else None
    changed = [
        replace(one, source=one.source + step),
        replace(one, destination=one.destination + step),
        replace(one, enters=chance.choice([*ways.legs])),
        replace(one, protocol=chance.choice(PORTED) if one.port else "other"),
        replace(one, port=port),
    ]
    return chance.choice(changed)


def corner(arguments: Policy, ways: Ways, chance: Random) -> Sent | None:
    """A packet at, or just beyond, the edges of what a rule names; None by chance."""
    rule = chance.choice([*arguments["firewall_forward"], *arguments["firewall_input"], None])
    if rule is None:
        return None
    source = edge(arguments, rule["source"], chance)
    goal = edge(arguments, rule.get("destination"), chance)
    doors = [ways.leg_of(source), *rule["source_interfaces"]]
    ports = [int(bound) for text in rule["ports"] or ["1-65535"] for bound in text.split("-")]
    port = min(max(chance.choice(ports) + chance.choice([0, 0, -1, 1]), 1), 65535)
    protocol = "other" if rule["protocol"] == "any" else rule["protocol"]
    return Sent(chance.choice(doors), source, goal, protocol, port if protocol in PORTED else None)


def edge(arguments: Policy, name: str | None, chance: Random) -> IPv4Address:
    """The first or last address of an element of a set, or one beside it; anything where no set is named."""
    sets = {one["name"]: one["elements"] for one in arguments["firewall_sets"]}
    legs = [leg["address"] for leg in arguments["firewall_interfaces"]]
    network = IPv4Interface(chance.choice(sets.get(name) or legs)).network
    step = chance.choice([0, 0, 0, 1, -1])
    return chance.choice([network[0], network[-1], any_of(network, chance)]) + step


def anything(ways: Ways, chance: Random) -> Sent:
    """A packet between any addresses, some of them the firewall's own."""
    arguments = ways.arguments
    published = [one["port"] for one in arguments["firewall_published"]]
    ports = [22, 53, 67, 80, 443, 1024, *published, *published]
    protocol = chance.choice(["tcp", "tcp", "udp", "udp", "icmp", "other"])
    control = arguments["firewall_control_interface"]
    leg = chance.choice([*ways.legs, ways.outside, *([control] if control else [])])
    source = any_of(CONTROL, chance) if leg == control else any_of(ways.legs[leg].network, chance)
    if leg == ways.outside and chance.random() < 0.7:
        source = chance.choice([*FAR, IPv4Address(arguments["firewall_controllers"][0])])
    goal = any_of(chance.choice([*ways.legs.values()]).network, chance)
    own = [leg.ip for leg in ways.legs.values()]
    goal = chance.choice([goal, goal, *FAR[:1], *chance.sample(own, 1)])
    return Sent(leg, source, goal, protocol, chance.choice(ports) if protocol in PORTED else None)


def any_of(network: IPv4Network, chance: Random) -> IPv4Address:
    """An address that a machine may have there."""
    return network[chance.randrange(network.num_addresses)]


def fits(sent: Sent, ways: Ways) -> bool:
    """Whether the test's routes are the model's: one way only, real unicast addresses of other machines."""
    both = (sent.source, sent.destination)
    edges = {edge for leg in ways.legs.values() for edge in (leg.network[0], leg.network[-1])}
    own = {leg.ip for leg in (*ways.legs.values(), IPv4Interface(CONTROL_ADDRESS))}
    control = ways.arguments["firewall_control_interface"]
    return (
        all(address in OURS and address not in edges for address in both)
        and sent.source not in own
        and not (control and sent.destination in CONTROL)
        and (sent.enters == control) == (control is not None and sent.source in CONTROL)
        and (sent.protocol in PORTED) == (sent.port is not None)
    )


def compare(arguments: Policy, count: int, chance: Random, tally: Counter[bool]) -> None:
    """Send packets through and hold what became of each against the set."""
    flows, ways = allowed(arguments), Ways(arguments)
    packets = samples(arguments, flows, count, chance)
    with around(arguments) as world:
        came = world.through(packets)
    for number, sent in enumerate(packets):
        packet, seen = ways.expected(sent)
        tally[packet in flows] += 1
        assert came.get(number) == (seen if packet in flows else None), (sent, packet)


def test_the_kernel_lets_through_exactly_the_computed_flows() -> None:
    """Sabotage: widen every set by one address in ruleset.py, or take first ports for last ones.

    At least 500 packets are sent, at least 100 of each verdict.
    """
    tally: Counter[bool] = Counter()

    @settings(max_examples=12, deadline=None, phases=[Phase.generate], database=None)
    @given(policies(), st.integers(0, 2**32))
    def agree(arguments: Policy, seed: int) -> None:
        compare(arguments, 100, Random(seed), tally)  # noqa: S311

    agree()
    assert tally.total() >= 500
    assert min(tally[True], tally[False]) >= 100


def test_the_kernel_lets_through_exactly_the_computed_flows_of_the_lab() -> None:
    """Sabotage: as above."""
    tally: Counter[bool] = Counter()
    arguments: dict[str, Any] = policy_of("lab")[0]
    compare(arguments, 200, Random(1), tally)  # noqa: S311
    assert min(tally[True], tally[False]) >= 50
