"""What holds for the plan of every town."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.model.plan import LedgerState, Plan, UnitState
from orchestrator.model.rendering import Rendering
from orchestrator.plan import plan
from orchestrator.plan.keys import canonical, current_keys
from tests.plan.renderings import CODE, applied, rendering, renderings


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


def carried_out(ledger: LedgerState, done: Plan) -> LedgerState:
    """What is known after every unit of a plan went well; what is no longer wanted is retired."""
    units = {
        (unit.host, unit.role): UnitState("verified", unit.key, unit.arguments, unit.role_code, "", 1)
        for unit in done.units
    }
    kept = {name: one for name, one in ledger.units.items() if name[0] not in done.unwanted}
    return replace(ledger, units={**kept, **units})


def digests(ledger: LedgerState) -> dict[tuple[str, str], tuple[str, str, str]]:
    """What each unit was last given, by whom."""
    return {name: (one.key, one.arguments, one.role_code) for name, one in ledger.units.items()}


@given(renderings(), renderings())
def test_what_was_observed_and_the_plan_give_what_is_wanted(town: Rendering, before: Rendering) -> None:
    """Sabotage: leave a unit out of the plan, or give it the key of its last run."""
    after = carried_out(applied(before), plan(town, CODE, applied(before)))
    wanted = current_keys(town, CODE)
    assert {name: one for name, one in digests(after).items() if name in wanted} == wanted
    assert plan(town, CODE, after).is_empty


@given(renderings(), renderings())
def test_a_plan_and_its_undo_give_what_was_observed(town: Rendering, before: Rendering) -> None:
    """Sabotage: take a unit that ran once for right for ever."""
    observed = applied(before)
    there = carried_out(observed, plan(town, CODE, observed))
    back = carried_out(there, plan(before, CODE, there))
    assert {name: one for name, one in digests(back).items() if name in observed.units} == digests(observed)
    assert {host for host, _ in back.units} == {host for host, _ in observed.units}
    assert plan(before, CODE, back).is_empty


@given(renderings(), renderings(), st.dictionaries(st.text(min_size=1, max_size=5), st.integers()))
def test_an_unrelated_line_changes_no_other_hosts_plan(
    town: Rendering, before: Rendering, arguments: dict[str, object]
) -> None:
    """Sabotage: put the number of all units into a unit's key."""
    more = rendering([("pc-9", "workstation", arguments)])
    both = Rendering(town.town, (*town.units, *more.units), {**town.connections, **more.connections})
    alone, together = plan(town, CODE, applied(before)), plan(both, CODE, applied(before))
    assert [unit for unit in together.units if unit.host != "pc-9"] == list(alone.units)
    assert [unit.host for unit in together.units if unit not in alone.units] == ["pc-9"]
    assert (together.unverified, together.unwanted) == (alone.unverified, alone.unwanted)
