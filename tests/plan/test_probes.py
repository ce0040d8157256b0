"""Which hosts try a firewall's change with us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from orchestrator.desired import Desired, desired
from orchestrator.plan.probes import CANDIDATES, MOST, Probe, candidates, chosen

TOWNS = Path("inventories")
ALL = (
    {
        "name": "all",
        "source": None,
        "source_interfaces": [],
        "destination": None,
        "destination_interfaces": [],
        "protocol": "any",
        "ports": [],
        "until": None,
    },
)


@cache
def town(name: str) -> Desired:
    return desired(TOWNS / name)


def arguments(wanted: Desired) -> Mapping[str, Any]:
    return next(unit.arguments for unit in wanted.rendering.units if unit.role == "firewall")


def found(
    name: str, without: str = "", changed: frozenset[str] = frozenset(), more: tuple[dict[str, Any], ...] = ()
) -> tuple[Probe, ...]:
    wanted = town(name)
    given = arguments(wanted)
    kept = [rule for rule in given["firewall_forward"] if not (without and rule["name"].startswith(without))]
    given = {**given, "firewall_forward": [*kept, *more]}
    addresses = {host: line.address for host, line in wanted.town.hosts.items()}
    return candidates(given, wanted.rendering, addresses, frozenset(addresses), changed)


def test_pcs_try_their_names_and_packages_through_the_firewall() -> None:
    """Sabotage: leave the name servers or the packages out of what is promised."""
    probes = found("lab")
    assert Probe("lab-pc-0001", "users", "198.18.20.11", 53) in probes
    assert Probe("lab-pc-0002", "users", "198.18.200.10", 80) in probes


def test_only_ways_that_the_new_rules_allow_and_that_cross_the_firewall_are_tried() -> None:
    """Sabotage: do not ask the flows, or take a host beside its name server."""
    assert not [probe for probe in found("lab", without="staff-directory") if probe.port == 53]
    assert not [probe for probe in found("lab", more=ALL) if probe.source == "lab-dhcp1" and probe.port == 53]
    assert Probe("lab-dhcp1", "servers", "198.18.200.10", 80) in found("lab", more=ALL)


def test_a_few_come_from_as_many_zones_as_there_are_and_from_hosts_that_do_not_change() -> None:
    """Sabotage: take hosts by name, or hosts that change first."""
    probes = found("stari_grad")
    assert len({probe.source for probe in probes}) == CANDIDATES
    few = chosen(probes, {probe.source for probe in probes})
    assert len(few) == MOST == len({probe.source for probe in few})
    assert {probe.zone for probe in probes} == {"dmz", "management", "payments", "users"}
    assert len({probe.zone for probe in few}) == MOST
    first = few[0].source
    assert found("stari_grad", changed=frozenset({first}))[0].source != first
    assert found("lab", changed=frozenset(town("lab").town.hosts))


def test_hosts_that_do_not_answer_are_left_out_and_goals_differ_where_they_can() -> None:
    """Sabotage: pass over who answers, or choose the first way of each host."""
    probes = found("lab")
    few = chosen(probes, {"lab-pc-0002"})
    assert {probe.source for probe in few} == {"lab-pc-0002"}
    assert len({(probe.to, probe.port) for probe in few}) == len(few) == MOST
    two = chosen(probes, {"lab-pc-0001", "lab-pc-0002"})
    assert len({(probe.to, probe.port) for probe in two}) == MOST
    assert chosen(probes, set()) == ()


def test_without_a_host_in_service_nothing_is_tried() -> None:
    """Sabotage: take hosts that nothing was applied to."""
    wanted = town("lab")
    addresses = {host: line.address for host, line in wanted.town.hosts.items()}
    assert candidates(arguments(wanted), wanted.rendering, addresses, (), ()) == ()


def test_a_package_source_with_a_name_is_no_probe() -> None:
    """Sabotage: take the name for an address."""
    wanted = town("lab")
    units = tuple(
        replace(unit, arguments={**unit.arguments, "base_package_sources": [{"uri": "http://mirror/debian"}]})
        if unit.role == "base"
        else unit
        for unit in wanted.rendering.units
    )
    addresses = {host: line.address for host, line in wanted.town.hosts.items()}
    there = replace(wanted.rendering, units=units)
    probes = candidates(arguments(wanted), there, addresses, frozenset(addresses), ())
    assert {probe.port for probe in probes} == {53}
