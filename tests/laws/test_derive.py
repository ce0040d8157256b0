"""Laws that hold for every town: what follows from lines is a function of the lines and of nothing else."""

from __future__ import annotations

import pickle
from collections import Counter
from ipaddress import IPv4Address
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.derive import derive
from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Rendering
from orchestrator.model.town import Town
from orchestrator.render import render
from orchestrator.render.catalogue import parse
from tests.laws.towns import SHAPES, Shape, made, shuffled, with_pc

CATALOGUE = parse((Path(__file__).resolve().parents[2] / "playbooks/site.yml").read_text())
several = settings(max_examples=40, deadline=None)


def rendered(town: Town) -> tuple[Intent, Rendering]:
    """Intent and rendering of a town."""
    intent = derive(town, CATALOGUE)
    return intent, render(town, intent, CATALOGUE)


@several
@given(SHAPES)
def test_the_same_inventory_gives_the_same_bytes(shape: Shape) -> None:
    """Sabotage: keep the firewall's sets in a set, or take the time into a value."""
    assert pickle.dumps(rendered(made(shape))) == pickle.dumps(rendered(made(shape)))


@several
@given(SHAPES, st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_the_order_of_lines_does_not_matter(shape: Shape, order: list[int]) -> None:
    """Sabotage: derive reservations or users in the order in which the lines come."""
    town = made(shape)
    assert rendered(shuffled(town, order)) == rendered(town)


@several
@given(SHAPES)
def test_no_address_is_given_twice(shape: Shape) -> None:
    """Sabotage: let a pool begin at the first reservation."""
    intent, _ = rendered(made(shape))
    leased = [entry.address for subnet in intent.subnets for entry in subnet.reservations]
    assert [address for address, times in Counter(leased).items() if times > 1] == []
    for subnet in intent.subnets:
        pool = subnet.pool or (IPv4Address(1), IPv4Address(0))
        assert not [address for address in leased if pool[0] <= address <= pool[1]]


@several
@given(SHAPES)
def test_forward_and_reverse_names_agree(shape: Shape) -> None:
    """Sabotage: reverse the octets of the zone but not those of the name."""
    intent, _ = rendered(made(shape))
    forward = {(f"{r.name}.{r.zone}", r.value) for r in intent.records if r.type == "A"}
    reverse = {(r.value, _address(f"{r.name}.{r.zone}")) for r in intent.records if r.type == "PTR"}
    assert forward == reverse
    assert {record.zone for record in intent.records} <= set(intent.zones)


def _address(pointer: str) -> str:
    """The address that a reverse name speaks of."""
    return ".".join(reversed(pointer.removesuffix(".in-addr.arpa").split(".")))


@several
@given(SHAPES)
def test_one_more_pc_changes_no_unit_of_another_pc(shape: Shape) -> None:
    """Sabotage: hand every PC the list of all PCs."""
    town = made(shape)
    before, after = _pc_units(rendered(town)[1]), _pc_units(rendered(with_pc(shape, town))[1])
    assert {key: after[key] for key in before} == before
    assert {host for host, _ in set(after) - set(before)} == {f"pc-{shape.pcs + 1:05}"}


def _pc_units(rendering: Rendering) -> dict[tuple[str, str], object]:
    return {
        (unit.host, unit.role): (unit.arguments, unit.because)
        for unit in rendering.units
        if unit.host.startswith("pc-")
    }


@several
@given(SHAPES)
def test_one_more_pc_touches_the_same_shared_units_in_a_town_of_any_size(shape: Shape) -> None:
    """Its network may be new to the relay. Sabotage: put the number of hosts into the arguments of base."""
    town = made(shape)
    before = {(unit.host, unit.role): unit.arguments for unit in rendered(town)[1].units}
    after = {(unit.host, unit.role): unit.arguments for unit in rendered(with_pc(shape, town))[1].units}
    changed = {key for key in before if before[key] != after[key]}
    assert changed <= {
        ("backup1", "backup_server"), ("dc1", "directory"), ("dhcp1", "dhcp_server"), ("fw1", "firewall"),
        ("fw1", "dhcp_relay"), ("sw1", "switch"),
    }  # fmt: skip


@several
@given(SHAPES)
def test_every_derived_value_says_why(shape: Shape) -> None:
    """Sabotage: leave the lines of a shut port out."""
    intent, rendering = rendered(made(shape))
    firewall = intent.firewall
    values = [
        *intent.placements.values(), *intent.records, *intent.subnets, *intent.users, *intent.groups,
        *intent.organisational_units, *intent.computers, *firewall.legs, *firewall.forward, *firewall.input,
        *firewall.masquerade, *firewall.published, *rendering.units,
        *(port for ports in intent.switch_ports.values() for port in ports),
        *(entry for subnet in intent.subnets for entry in subnet.reservations),
    ]  # fmt: skip
    assert [value for value in values if not value.because] == []


@several
@given(SHAPES)
def test_every_set_that_the_firewall_names_is_there_once(shape: Shape) -> None:
    """Sabotage: forget the sets of the published hosts."""
    firewall = rendered(made(shape))[0].firewall
    named = {
        name for flow in (*firewall.forward, *firewall.input) for name in (flow.source, flow.destination)
    }
    known = [entry.name for entry in firewall.sets]
    assert named - {None} | {entry.source for entry in firewall.masquerade} <= set(known)
    assert len(known) == len(set(known))


@several
@given(SHAPES)
def test_every_port_of_a_switch_has_one_wanted_state(shape: Shape) -> None:
    """Sabotage: leave ports without a cable out, so that they stay open."""
    for ports in rendered(made(shape))[0].switch_ports.values():
        assert [port.number for port in ports] == list(range(1, len(ports) + 1))
        assert all((port.mode == "access") == (port.vlan is not None) for port in ports)


@several
@given(SHAPES)
def test_no_flow_is_open_on_a_side_by_accident(shape: Shape) -> None:
    """Sabotage: let requests for addresses in although no network has clients, so from everywhere."""
    firewall = rendered(made(shape))[0].firewall
    for flow in firewall.forward:
        assert (flow.source or flow.source_legs) and (flow.destination or flow.destination_legs), flow
    for flow in firewall.input:
        assert flow.source or flow.source_legs, flow
