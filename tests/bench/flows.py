"""Comparing two policies of 1,000 rules between 60 zones."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from random import Random
from time import perf_counter
from typing import Any

from orchestrator.flows import allowed, changes
from tests.bench.measure import Measured, measured

ZONES, RULES, MACHINES = 60, 1000, 20
Policy = dict[str, Any]


def policy(zones: int = ZONES, rules: int = RULES) -> Policy:
    """Zones of a network each, with a group and single machines in each; rules between any of them."""
    chance = Random(7)  # noqa: S311 - no secret
    sets = [{"name": f"zone_z{zone}", "elements": [f"10.{zone}.0.0/24"]} for zone in range(zones)]
    for zone in range(zones):
        some = sorted(chance.sample(range(10, 250), MACHINES))
        sets.append({"name": f"group_g{zone}", "elements": [f"10.{zone}.0.{number}" for number in some]})
        sets += [{"name": f"host_h{zone}-{n}", "elements": [f"10.{zone}.0.{n}"]} for n in some[:4]]
    names = [one["name"] for one in sets if not one["name"].endswith("_z0")]
    return {
        "firewall_hostname": "fw1",
        "firewall_interfaces": [_leg(zone) for zone in range(zones)],
        "firewall_controllers": ["10.1.0.2"],
        "firewall_sets": sets,
        "firewall_forward": [_flow(chance, names) for _ in range(rules)],
        "firewall_input": [],
        "firewall_published": [],
    }


def _leg(zone: int) -> Policy:
    name = "internet" if zone == 0 else f"z{zone}"
    return {"name": f"eth0.{zone + 2}", "network": name, "zone": name, "address": f"10.{zone}.0.1/24"}


def _flow(chance: Random, names: list[str]) -> Policy:
    ports = sorted(chance.sample(range(20, 9000), chance.randint(1, 4)))
    source = chance.choice([*names, None])
    return {
        "source": source,
        "source_interfaces": [] if source else ["eth0.2"],
        "destination": chance.choice(names),
        "destination_interfaces": [],
        "protocol": chance.choice(["tcp", "tcp", "udp"]),
        "ports": [str(port) for port in ports],
        "until": chance.choice([None, None, None, "2030-12-31"]),
    }


def _timed(act: Callable[[], object], times: int) -> Measured:
    best = float("inf")
    for _ in range(times):
        start = perf_counter()
        act()
        best = min(best, perf_counter() - start)
    return Measured(best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "")


def flows() -> dict[str, Measured]:
    """Compare in a process of its own: one that has planned a town before would count that memory too."""
    said = measured([sys.executable, "-m", "tests.bench.flows"]).output
    return {what: Measured(seconds, mebibytes, "") for what, (seconds, mebibytes) in json.loads(said).items()}


def compared() -> dict[str, Measured]:
    """One policy alone, one changed rule, a tenth of the rules changed, all rules new."""
    before = policy()
    rules = before["firewall_forward"]
    one = {**before, "firewall_forward": [{**rules[0], "ports": ["9999"]}, *rules[1:]]}
    tenth = [{**rule, "ports": ["9999"]} if at % 10 == 0 else rule for at, rule in enumerate(rules)]
    many = {**before, "firewall_forward": tenth}
    none = {**before, "firewall_forward": []}
    return {
        "the set of one policy": _timed(lambda: allowed(before), 3),
        "two policies, one rule differs": _timed(lambda: changes(before, one, {}), 3),
        "two policies, 100 rules differ": _timed(lambda: changes(before, many, {}), 3),
        "two policies, all 1,000 rules differ": _timed(lambda: changes(none, before, {}), 3),
    }


if __name__ == "__main__":
    json.dump({what: (one.seconds, one.mebibytes) for what, one in compared().items()}, sys.stdout)
