"""Before a firewall changes, what it was last given is tried: it must still stand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.plan import Plan, PlannedUnit, Wave
from orchestrator.model.request import Side
from orchestrator.plan.inverse import lasting
from orchestrator.plan.rehearsal import rehearsed
from tests.plan.test_probes import arguments, town

UNIT = PlannedUnit("lab-fw1", "firewall", 1, "k", "a", "c", "arguments changed", False, previous="digest")


def foreseen(before: dict[str, Any], unit: PlannedUnit = UNIT) -> Foreseen:
    wanted = town("lab")
    side = Side(wanted.town, wanted.intent, wanted.rendering, {})
    plan = Plan("lab", (Wave(1, "walls", (unit,)),))
    return Foreseen(plan, side, {}, json.dumps(before, default=str))


def test_rules_that_would_still_stand_are_told_with_the_controller_that_they_let_in() -> None:
    """Sabotage: return nothing where all is well."""
    tried = rehearsed(foreseen(dict(arguments(town("lab")))))
    controller = town("lab").town.connection.controller
    assert tried == (
        True,
        f"lab-fw1: the rules from before were tried: they still stand, and let {controller} in",
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"firewall_controllers": ["198.51.100.7"]}, "they would shut out the controller"),
        ({"firewall_sets": []}, "they name sets that they do not have"),
        ({"firewall_forward": "all"}, "the code that lies here takes other arguments"),
    ],
)
def test_rules_that_cannot_come_back_are_named_before_the_apply(change: dict[str, Any], fault: str) -> None:
    """Sabotage: leave out any one question, or the rehearsal out of what does not come back."""
    there = foreseen({**arguments(town("lab")), **change})
    assert [one.level for one in lasting(there) if fault in one.text] == ["high"]


def test_nothing_is_tried_where_nothing_was_given_before() -> None:
    """Sabotage: try the rules of a new firewall."""
    fresh = replace(UNIT, previous="")
    assert rehearsed(foreseen(dict(arguments(town("lab"))), fresh)) is None
