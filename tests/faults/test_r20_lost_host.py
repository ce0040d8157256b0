"""R20: a host that is not as it should be after a failure is left alone by what follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.plan import LedgerState
from orchestrator.plan import plan
from tests.apply.test_run import Parts
from tests.plan.renderings import CODE, rendering

TOWN = rendering([("a", "base", {}), ("b", "base", {}), ("a", "dhcp_server", {}), ("b", "workstation", {})])
APART = replace(CODE, after={"base": (), "dhcp_server": ("base",), "workstation": ("base",)})


def test_no_later_wave_touches_a_host_that_was_lost(tmp_path: Path) -> None:
    """Sabotage: leave lost hosts in the plays of later lanes."""
    parts = Parts(broken=frozenset({"a"}))
    order = Order("run", tmp_path, tolerated={1: 1, 2: 1, 3: 1})
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    outcome = apply(plan(TOWN, APART, LedgerState()), TOWN, APART, order, tools)
    states = [(one.unit.host, one.state) for one in outcome.units]
    assert states == [("a", "failed"), ("b", "applied"), ("a", "not started"), ("b", "applied")]
    assert parts.log.count("started a") == 1
