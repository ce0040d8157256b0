"""R20: a host that is not as it should be after a failure is left alone by what follows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from orchestrator.apply import apply
from orchestrator.apply.tools import Order, Tools
from orchestrator.errors import MachineError, NotTakenBack, TakenBack
from orchestrator.model.plan import LedgerState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from tests.apply.test_run import TOWN as SWITCHED
from tests.apply.test_run import TOWN_CODE, Parts
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


@dataclass
class Switches(Parts):
    """Switches that raise `error` when they are to change."""

    error: MachineError = field(default_factory=lambda: MachineError("it does not answer"))
    entries: list[Entry] = field(default_factory=list)

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        self.entries += entries
        return 0

    def configure(self, arguments: Mapping[str, object]) -> int:
        raise self.error


def configured(parts: Switches, folder: Path) -> str:
    """Apply with these switches, and return why the first did not succeed."""
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    town = plan(SWITCHED, TOWN_CODE, LedgerState())
    return apply(town, SWITCHED, TOWN_CODE, Order("run", folder), tools).units[0].why


def test_a_switch_that_did_not_take_its_change_back_is_in_quarantine(tmp_path: Path) -> None:
    """Sabotage: let every error of a device be a failure and nothing more."""
    parts = Switches(error=NotTakenBack("no answer", "sw-1 was not seen as before", ("reload",)))
    assert configured(parts, tmp_path) == "no answer; sw-1 was not seen as before: quarantined"
    said = json.loads(parts.entries[-1].details)
    assert (parts.entries[-1].kind, parts.entries[-1].host) == ("quarantined", "sw-1")
    assert said == {"role": "switch", "why": "sw-1 was not seen as before", "steps": ["reload"]}


@pytest.mark.parametrize("error", [MachineError("no answer"), TakenBack("it is as it was before")])
def test_a_switch_that_nothing_was_begun_on_or_that_is_back_is_not(
    tmp_path: Path, error: MachineError
) -> None:
    """Sabotage: put every switch into quarantine that fails."""
    parts = Switches(error=error)
    assert configured(parts, tmp_path) == str(error)
    assert "quarantined" not in {entry.kind for entry in parts.entries}
