"""R8: a change that took itself back is told so, nothing after it begins, and it is planned again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.tools import Order, Tools
from orchestrator.errors import TakenBack
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import LedgerState
from orchestrator.plan import plan
from orchestrator.reach import Answer
from orchestrator.report.outcome_text import outcome_json, outcome_text
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import TOWN, TOWN_CODE, Job, Parts, states
from tests.faults.waves import after

GUARDED = replace(TOWN_CODE, reverts={"base": 90})


@dataclass
class TakingBack(Parts):
    """Hosts that change something, fail, and say that they took it back."""

    number: int = 1

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        state = "confirmed" if self.number == 1 else "reverted"
        return {host: Answer(host, 0, f"townhall-rollback {self.number} {state}", "") for host in commands}

    def run(self, job: Job, hear: Hear) -> str:
        for name, hosts, _ in opened_plays(job, hear):
            for host in hosts:
                hear(told("runner_on_ok", name, host, res={"changed": True}))
                self.number = 2
                hear(told("runner_on_unreachable", name, host, res={"msg": "no answer"}))
        return "failed"

    def configure(self, arguments: Mapping[str, object]) -> int:
        if arguments["name"] in self.broken:
            raise TakenBack("the change took itself back: sw-1 is as it was before")
        return 3


def ran(parts: Parts, folder: Path) -> Outcome:
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    return apply(plan(TOWN, GUARDED, LedgerState()), TOWN, GUARDED, Order("run", folder), tools)


def test_a_host_that_took_its_change_back_is_reverted_and_planned_again(tmp_path: Path) -> None:
    """Sabotage: leave `aftermath.settle` out of Course, or `reverted` out of BACKLOG."""
    parts = TakingBack()
    outcome = ran(parts, tmp_path)
    assert (states(outcome)["srv-1"], states(outcome)["pc-1"]) == ("reverted", "not started")
    assert "srv-1: base reverted: the change took itself back: on srv-1 its doors are as before" in (
        outcome_text(outcome)
    )
    units = outcome_json(outcome)["units"]
    assert isinstance(units, list)
    assert "reverted" in {unit["state"] for unit in units}
    assert parts.log.index("unknown srv-1") < parts.log.index("reverted srv-1")
    again = plan(TOWN, GUARDED, after(outcome))
    assert ("srv-1", "backlog: the last change took itself back") in {
        (unit.host, unit.reason) for unit in again.units
    }


def test_a_switch_that_took_its_change_back_is_reverted(tmp_path: Path) -> None:
    """Sabotage: let every error of a device be a failure."""
    outcome = ran(TakingBack(broken=frozenset({"sw-1"})), tmp_path)
    assert (states(outcome)["sw-1"], states(outcome)["srv-1"]) == ("reverted", "not started")
