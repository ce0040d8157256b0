"""What the events of a run mean for its units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from orchestrator.apply.gate import GATE_TASK, Gates
from orchestrator.apply.hearing import Hearing
from orchestrator.apply.journal import Journal
from orchestrator.apply.observer import Nobody
from orchestrator.apply.playbook import STAMP_TASK, run_plays
from orchestrator.model.outcome import UnitOutcome
from orchestrator.model.plan import LedgerState, Observation
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from tests.apply.playing import told
from tests.plan.renderings import CODE, rendering

TOWN = rendering([("srv-1", "base", {}), ("srv-1", "dhcp_server", {})])
PLAN = plan(TOWN, CODE, LedgerState())
BASE, DHCP = "01 base: Servers share one base", "02 dhcp_server: Addresses are leased"


class Memory:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        self.entries += entries
        return len(self.entries)


def event(kind: str, play: str, task: str = "Install", **data: object) -> dict[str, object]:
    return told(kind, play, "srv-1", task, **data)


def heard(folder: Path, *events: dict[str, object]) -> tuple[list[UnitOutcome], list[str]]:
    """Return the outcomes of both units and the kinds of what was recorded."""
    memory = Memory()
    journal = Journal("run", memory, Nobody(), {"srv-1": Observation("SHA256:key", "id")})
    hearing = Hearing(run_plays(PLAN.waves, CODE.plays), journal, Gates(folder), Nobody(), lambda _: "")
    for one in events:
        hearing.hear(one)
    journal.close(PLAN.units)
    assert all(entry.machine == "SHA256:key id" for entry in memory.entries)
    return [journal.outcomes[unit] for unit in PLAN.units], [entry.kind for entry in memory.entries]


DONE = [event("runner_on_start", BASE, GATE_TASK), event("runner_on_ok", BASE, res={"changed": True})]
STAMPED = [*DONE, event("runner_on_ok", BASE, STAMP_TASK)]
BEGUN = event("runner_on_start", DHCP, GATE_TASK)
FAILED = event("runner_on_failed", DHCP, "Check", res={"msg": "bad \x1b[31mconfig\x1b[0m"})


def test_a_stamped_unit_is_applied(tmp_path: Path) -> None:
    outcomes, kinds = heard(tmp_path, *STAMPED)
    assert (outcomes[0].state, outcomes[0].changed) == ("applied", 1)
    assert kinds == ["started", "applied"]


def test_a_unit_without_its_stamp_is_unknown_whatever_else_went_well(tmp_path: Path) -> None:
    outcomes, kinds = heard(tmp_path, *DONE)
    assert [outcome.state for outcome in outcomes] == ["unknown", "not started"]
    assert kinds == ["started", "unknown"]


def test_a_failed_unit_tells_its_task_and_message_without_colours(tmp_path: Path) -> None:
    outcomes, kinds = heard(tmp_path, *STAMPED, BEGUN, FAILED)
    assert (outcomes[1].state, outcomes[1].why) == ("failed", "Check: bad config")
    assert kinds == ["started", "applied", "started", "failed"]


def test_a_rescued_failure_does_not_count(tmp_path: Path) -> None:
    outcomes, _ = heard(tmp_path, *DONE, event("runner_on_failed", BASE, res={"msg": "x"}), *STAMPED)
    assert outcomes[0].state == "applied"


def test_an_unreachable_host_is_never_ok_and_its_begun_unit_is_unknown_to_the_ledger(tmp_path: Path) -> None:
    outcomes, kinds = heard(tmp_path, *DONE, event("runner_on_unreachable", BASE, res={"msg": "no route"}))
    assert outcomes[0].state == "unreachable"
    assert kinds == ["started", "unknown"]


def test_a_host_whose_play_never_began_leaves_nothing_in_the_ledger(tmp_path: Path) -> None:
    outcomes, kinds = heard(tmp_path)
    assert outcomes[0].state == "not started"
    assert kinds == []


def test_a_censored_result_stays_censored(tmp_path: Path) -> None:
    outcomes, _ = heard(tmp_path, DONE[0], event("runner_on_failed", BASE, res={"censored": "hidden"}))
    assert outcomes[0].why == "Install: hidden"


def test_a_failed_item_of_a_loop_is_told_instead_of_the_sum(tmp_path: Path) -> None:
    items = {
        "msg": "One or more items failed",
        "results": [{"failed": True, "msg": "no such user"}, {"msg": "ok"}],
    }
    outcomes, _ = heard(tmp_path, DONE[0], event("runner_on_failed", BASE, res=items))
    assert outcomes[0].why == "Install: no such user"


@pytest.mark.parametrize("strange", [{}, {"event": "verbose"}, {"event": "runner_on_ok", "event_data": None}])
def test_an_event_that_speaks_of_no_unit_is_passed_over(tmp_path: Path, strange: dict[str, object]) -> None:
    assert [outcome.state for outcome in heard(tmp_path, strange)[0]] == ["not started", "not started"]
