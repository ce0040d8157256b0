"""The second witness: z3 proves that no packet is judged otherwise by the rules than by the computed set."""

from __future__ import annotations

from typing import Any

import pytest
import z3
from hypothesis import given, settings

from orchestrator.flows import FlowSet, allowed
from tests.flows.formula import Formula
from tests.flows.policies import DAYS, Policy, policies, policy_of


def judged_otherwise(arguments: Policy, flows: FlowSet, day: str) -> Any:
    """A packet that rules and set judge differently; None if z3 proves that there is none."""
    formula, solver = Formula(arguments), z3.Solver()
    verdict, door, routed = formula.verdict(day)
    solver.add(formula.sensible(), routed, verdict != formula.within(flows, door, day))
    found = solver.check()
    assert found != z3.unknown
    return solver.model() if found == z3.sat else None


@settings(max_examples=25, deadline=None)
@given(policies())
def test_no_packet_is_judged_otherwise_by_the_rules(arguments: Policy) -> None:
    """Sabotage: forget the firewall's own addresses in ground.py, or take first ports for last ones."""
    found = allowed(arguments)
    for day in ("2026-01-01", DAYS[1]):
        assert judged_otherwise(arguments, found, day) is None


@pytest.mark.parametrize("town", ["lab", "stari_grad"])
def test_no_packet_is_judged_otherwise_by_the_rules_of_a_town(town: str) -> None:
    """Sabotage: as above."""
    arguments, _ = policy_of(town)
    assert judged_otherwise(arguments, allowed(arguments), "2026-01-01") is None


def test_a_set_with_one_flow_too_few_is_seen() -> None:
    """Sabotage: let the solver start from a contradiction."""
    arguments, _ = policy_of("lab")
    found = allowed(arguments)
    [*rest, last] = found.spans
    assert judged_otherwise(arguments, FlowSet((*rest,)), "2026-01-01") is not None
    assert last
