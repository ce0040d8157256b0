"""What holds for the plan of every town."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.plan import LedgerState
from orchestrator.model.rendering import Rendering
from orchestrator.plan import plan
from orchestrator.plan.keys import canonical
from tests.plan.renderings import CODE, applied, renderings


@given(renderings())
def test_what_was_just_applied_is_not_planned_again(town: Rendering) -> None:
    assert plan(town, CODE, applied(town)).is_empty


@given(renderings())
def test_nothing_known_means_everything_is_planned(town: Rendering) -> None:
    assert len(plan(town, CODE, LedgerState()).units) == len(town.units)


@given(renderings(), renderings(), st.randoms())
def test_the_order_of_the_lines_does_not_matter(
    town: Rendering, before: Rendering, shuffle: random.Random
) -> None:
    units = list(town.units)
    shuffle.shuffle(units)
    ledger = applied(before)
    assert plan(replace(town, units=tuple(units)), CODE, ledger) == plan(town, CODE, ledger)


@given(renderings(), renderings())
def test_exactly_the_differing_units_are_planned(town: Rendering, before: Rendering) -> None:
    old = {(unit.host, unit.role): canonical(unit.arguments) for unit in before.units}
    differing = {
        (unit.host, unit.role)
        for unit in town.units
        if old.get((unit.host, unit.role)) != canonical(unit.arguments)
    }
    assert {(unit.host, unit.role) for unit in plan(town, CODE, applied(before)).units} == differing


@given(renderings(), renderings())
def test_waves_and_units_stand_in_the_order_of_the_catalogue(town: Rendering, before: Rendering) -> None:
    waves = plan(town, CODE, applied(before)).waves
    assert [wave.position for wave in waves] == sorted({wave.position for wave in waves})
    for wave in waves:
        roles = CODE.plays[wave.position].roles
        places = [(roles.index(unit.role), unit.host) for unit in wave.units]
        assert places == sorted(places)
