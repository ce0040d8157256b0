"""Rules of single derivations that the lab's lines do not show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.model.town import End, Flow, PortRange
from tests.derive.test_render import CATALOGUE, derive, rendered
from tests.laws.towns import Shape, made

LEAVERS = Shape(pcs=7, leavers=True)


def test_nobody_logs_in_on_the_pc_of_a_person_who_left() -> None:
    """Sabotage: list the person whatever became of them."""
    units = {
        unit.host: unit.arguments for unit in rendered(made(LEAVERS)).units if unit.role == "domain_member"
    }
    assert units["pc-00005"]["domain_member_login_users"] == []
    assert units["pc-00004"]["domain_member_login_users"] == ["p.p4"]


def test_who_left_is_in_no_group_even_where_named() -> None:
    """Sabotage: take the people of a group as they are written."""
    town = made(LEAVERS)
    named = replace(town.directory_groups["cash"], people=("p.p4", "p.p5"), departments=())
    groups = derive(replace(town, directory_groups={"cash": named}), CATALOGUE).groups
    assert {group.name: group.members for group in groups}["cash"] == ("p.p4",)


def test_a_flow_without_ports_is_for_every_protocol() -> None:
    """Sabotage: leave a flow without ports out, or give it no protocol."""
    town = made(Shape())
    flow = replace(town.flows[0], destinations=(End("host", "av1"),))
    units = rendered(replace(town, flows=(flow,))).units
    entries = next(unit.arguments["firewall_forward"] for unit in units if unit.role == "firewall")
    assert isinstance(entries, list)
    assert [(e["name"], e["protocol"], e["ports"]) for e in entries if e["comment"] == "staff"] == [
        ("staff/group_workstations/host_av1/any", "any", [])
    ]


def test_icmp_has_no_ports() -> None:
    """Sabotage: give icmp the port 0."""
    town = made(Shape())
    ports = (PortRange("icmp", 0, 0), PortRange("tcp", 9100, 9100))
    flow = replace(town.flows[0], destinations=(End("host", "av1"),), ports=ports)
    units = rendered(replace(town, flows=(flow,))).units
    entries = next(unit.arguments["firewall_forward"] for unit in units if unit.role == "firewall")
    assert isinstance(entries, list)
    assert [(e["protocol"], e["ports"]) for e in entries if e["comment"] == "staff"] == [
        ("icmp", []),
        ("tcp", ["9100"]),
    ]


@pytest.mark.parametrize("end", [End("zone", "nowhere"), End("group", "nobody")])
def test_an_end_without_members_is_an_empty_set_and_never_anything(end: End) -> None:
    """Sabotage: take an end without networks for the outside."""
    town = made(Shape())
    flow = Flow("f", (end,), (End("host", "av1"),), (), "it", "r", None, town.identity.source)
    firewall = derive(replace(town, flows=(flow,)), CATALOGUE).firewall
    (allowed,) = [entry for entry in firewall.forward if entry.name == "f"]
    assert allowed.source == f"{end.kind}_{end.name}"
    assert {entry.name: entry.elements for entry in firewall.sets}[allowed.source] == ()


def test_a_machine_without_department_has_a_place_in_the_directory() -> None:
    """Sabotage: put its account into a unit that nobody makes."""
    town = made(Shape(pcs=1))
    alone = replace(town.hosts["pc-00001"], person=None)
    intent = derive(replace(town, hosts={**town.hosts, alone.name: alone}), CATALOGUE)
    assert [computer.ou for computer in intent.computers] == ["OU=Computers,OU=Townhall"]
    assert ("Computers", "OU=Townhall") in {(unit.name, unit.parent) for unit in intent.organisational_units}


def test_the_control_address_keeps_the_last_octets_of_the_address() -> None:
    """Sabotage: join the whole address to the control network."""
    placements = derive(made(Shape()), CATALOGUE).placements
    assert (str(placements["dc1"].address), str(placements["dc1"].control_address)) == (
        "10.20.0.10",
        "198.19.0.10",
    )
