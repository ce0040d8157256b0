"""Laws of a request's plan: it is a function of two towns, and the way back is the way there turned round."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.model.request import (
    ARGUMENTS,
    NEW,
    REACHED,
    REMOVED,
    FileChange,
    FilesChanged,
    Line,
    RequestPlan,
    Revisions,
    Side,
    Surroundings,
)
from orchestrator.model.source import Source
from orchestrator.model.town import Secret, Town
from orchestrator.plan.keys import canonical
from orchestrator.request import request
from tests.laws.test_derive import CATALOGUE, rendered
from tests.laws.towns import SHAPES, Shape, made, shuffled, with_pc

pytestmark = pytest.mark.long

AROUND = Surroundings(CATALOGUE, frozenset({"derived_values"}), {"dhcp_server": ("The server is restarted",)})
several = settings(max_examples=30, deadline=None)
Units = dict[tuple[str, str], str]


def side(town: Town) -> Side:
    """A side without texts: its lines are known by their numbers alone."""
    return Side(town, *rendered(town), {})


def plan(base: Town, head: Town, files: FilesChanged | None = None) -> RequestPlan:
    """The plan from one town to another."""
    return request(Revisions("a", "b"), side(base), side(head), files or FilesChanged(), AROUND)


def units(town: Town) -> Units:
    """The arguments of every unit of a town."""
    found = side(town).rendering.units
    return {
        (unit.host, unit.role): canonical(unit.arguments)
        for unit in found
        if unit.role not in AROUND.not_units
    }


def of_kind(found: RequestPlan, kind: str) -> set[tuple[str, str]]:
    """The units of all changes of one kind."""
    return {unit for change in found.changes if change.kind == kind for unit in change.units}


@cache
def edits(shape: Shape) -> tuple[Town, ...]:
    """A town and towns beside it that differ in one thing."""
    town = made(shape)
    leaver = next(iter(town.people))
    left = replace(town.people[leaver], left=not town.people[leaver].left)
    secrets = {name: Secret(name, 1, 2, one.source) for name, one in town.secrets.items()}
    return (
        town,
        with_pc(shape, town),
        replace(town, people={**town.people, leaver: left}),
        replace(town, secrets=secrets),
        replace(town, flows=town.flows[:1]),
    )


pairs = st.tuples(SHAPES, st.integers(0, 4), st.integers(0, 4))


@several
@given(SHAPES)
def test_a_request_that_changes_nothing_has_an_empty_plan(shape: Shape) -> None:
    """Sabotage: compare lines by their place in the file."""
    town = made(shape)
    found = plan(town, made(shape))
    assert (found.is_empty, found.units, found.waves, found.hit.people) == (True, (), (), ())
    assert found.summary == "nothing would change"


@several
@given(SHAPES)
def test_lines_that_only_move_change_nothing(shape: Shape) -> None:
    """Sabotage: take the place of a line into the comparison."""
    town = made(shape)
    hosts = {
        name: replace(host, source=Source(host.source.file, host.source.line + 7))
        for name, host in town.hosts.items()
    }
    assert plan(town, replace(town, hosts=hosts)).is_empty


@several
@given(pairs, st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_the_order_of_lines_does_not_change_a_plan(case: tuple[Shape, int, int], order: list[int]) -> None:
    """Sabotage: group changes in the order in which hosts are met."""
    shape, first, second = case
    base, head = edits(shape)[first], edits(shape)[second]
    assert plan(shuffled(base, order), shuffled(head, order)) == plan(base, head)


@several
@given(pairs)
def test_the_changes_are_exactly_the_units_that_differ(case: tuple[Shape, int, int]) -> None:
    """Base and plan give head. Sabotage: leave out removed units, or those of one role."""
    shape, first, second = case
    base, head = edits(shape)[first], edits(shape)[second]
    before, after, found = units(base), units(head), plan(base, head)
    assert of_kind(found, NEW) == set(after) - set(before)
    assert of_kind(found, REMOVED) == set(before) - set(after)
    assert of_kind(found, ARGUMENTS) == {
        unit for unit in set(before) & set(after) if before[unit] != after[unit]
    }


@several
@given(pairs)
def test_the_way_back_is_the_way_there_turned_round(case: tuple[Shape, int, int]) -> None:
    """Plan, then undo, is where we were. Sabotage: compare one way only."""
    shape, first, second = case
    base, head = edits(shape)[first], edits(shape)[second]
    there, back = plan(base, head), plan(head, base)
    assert of_kind(there, NEW) == of_kind(back, REMOVED)
    assert of_kind(there, REMOVED) == of_kind(back, NEW)
    for kind in (ARGUMENTS, REACHED):
        assert of_kind(there, kind) == of_kind(back, kind)
    assert len(there.headlines) == len(back.headlines)
    assert {one.name for one in there.hit.rooms} == {one.name for one in back.hit.rooms}


@several
@given(SHAPES, st.integers(0, 4))
def test_an_unrelated_line_changes_no_other_hosts_plan(shape: Shape, edit: int) -> None:
    """Sabotage: name the number of all hosts in every change."""
    base, head = edits(shape)[0], edits(shape)[edit]
    more = {**base.buildings, "Z": replace(base.buildings["A"], key="Z")}
    alone, together = plan(base, head), plan(base, replace(head, buildings=more))
    assert together.changes == alone.changes
    assert (together.waves, together.hit) == (alone.waves, alone.hit)


@several
@given(SHAPES)
def test_a_new_pc_touches_no_other_pc(shape: Shape) -> None:
    """Sabotage: give every PC a list of all PCs."""
    base, head = edits(shape)[:2]
    touched = {host for change in plan(base, head).changes for host in change.hosts}
    new = set(head.hosts) - set(base.hosts)
    assert touched & {host for host in head.hosts if host.startswith("pc-")} == new


@several
@given(SHAPES, st.sampled_from([0, 2, 3, 4]))
def test_one_more_pc_changes_no_other_pcs_part_of_a_request(shape: Shape, edit: int) -> None:
    """Sabotage: give every PC a list of all PCs."""
    base, head = edits(shape)[0], edits(shape)[edit]
    more = with_pc(shape, head)
    new = set(more.hosts) - set(head.hosts)

    def of_pcs(found: RequestPlan) -> set[tuple[str, str, str, tuple[str, ...]]]:
        return {
            (host, change.role, change.kind, change.differences)
            for change in found.changes
            for host in change.hosts
            if host.startswith("pc-") and host not in new
        }

    assert of_pcs(plan(base, more)) == of_pcs(plan(base, head))


@several
@given(pairs)
def test_a_difference_stands_once_and_each_row_says_why(case: tuple[Shape, int, int]) -> None:
    """Sabotage: make a row for every host, or lose the lines of removed hosts."""
    shape, first, second = case
    found = plan(edits(shape)[first], edits(shape)[second])
    rows = [(one.position, one.role, one.kind, one.differences) for one in found.changes]
    assert len(rows) == len(set(rows))
    for row in (*found.changes, *found.headlines, *found.hit.people, *found.hit.interruptions):
        assert row.because, row


@several
@given(SHAPES, st.sampled_from(["base", "firewall", "workstation", "directory"]))
def test_a_role_with_other_code_touches_each_of_its_units_and_no_other(shape: Shape, role: str) -> None:
    """Sabotage: compare arguments only."""
    town = made(shape)
    file = FileChange(f"roles/{role}/tasks/main.yml", 1, 0, Line("head", Source("roles/x", 1)))
    found = plan(town, made(shape), FilesChanged({role: (file,)}))
    assert set(found.units) == {unit for unit in units(town) if unit[1] == role}
    assert found.risk.level != "low" or not found.units


@several
@given(pairs)
def test_the_waves_hold_each_unit_once(case: tuple[Shape, int, int]) -> None:
    """Sabotage: count a unit for each of its changes."""
    shape, first, second = case
    found = plan(edits(shape)[first], edits(shape)[second])
    assert sum(wave.units for wave in found.waves) == len(found.units)
    assert [wave.position for wave in found.waves] == sorted({wave.position for wave in found.waves})


def test_a_wave_with_known_roles_is_expected_to_take_the_sum_of_their_medians() -> None:
    """Sabotage: guess where there is no history."""
    base, head = edits(Shape())[:2]
    history = {unit[1]: 2.0 for unit in units(head)}
    known = replace(AROUND, history=history)
    found = request(Revisions("a", "b"), side(base), side(head), FilesChanged(), known)
    assert all(wave.seconds == 2.0 * len(wave.roles) for wave in found.waves)
    assert all(wave.seconds is None for wave in plan(base, head).waves)
