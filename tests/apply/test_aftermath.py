"""A host is asked what became of a change that may have taken itself back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from orchestrator.apply.aftermath import LOOK, Aftermath
from orchestrator.apply.journal import Journal
from orchestrator.apply.observer import Nobody
from orchestrator.apply.way_back import Asker
from orchestrator.model.outcome import APPLIED, FAILED, UNREACHABLE
from orchestrator.model.plan import PlannedUnit
from orchestrator.model.record import Entry
from orchestrator.reach import UNREACHABLE as NO_ANSWER
from orchestrator.reach import Answer

WINDOW = 90


@dataclass
class Host:
    """A firewall that says one thing after the other, the last for ever; time passes only in sleep."""

    says: list[str]
    seconds: float = 0
    entries: list[Entry] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    asked: int = 0

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        self.asked += len(commands)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        status = NO_ANSWER if said == "silence" else 0
        return {host: Answer(host, status, f"townhall-firewall {said}\n", "") for host in commands}

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        self.entries += entries
        return 0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def asker(self) -> Asker:
        return Asker(self, self.told.append, self.sleep, lambda: self.seconds)


def unit(role: str = "firewall", host: str = "fw-1") -> PlannedUnit:
    return PlannedUnit(host, role, 1, "key", "arguments", "code", "new", True)


def settled(host: Host, state: str = FAILED, one: PlannedUnit | None = None, touched: bool = True) -> Journal:
    one = one or unit()
    journal = Journal("run", host, Nobody(), {})
    arguments: Mapping[tuple[str, str], Mapping[str, Any]] = {(one.host, one.role): {}}
    aftermath = Aftermath(host.asker(), journal, arguments, {"firewall": WINDOW, "base": WINDOW})
    before = aftermath.before([one])
    journal.start([one])
    if touched:
        journal.touch(one)
    journal.finish(one, state, "no connection")
    aftermath.settle([one], before)
    return journal


@pytest.mark.parametrize("state", [FAILED, UNREACHABLE, "unknown"])
def test_a_change_that_took_itself_back_is_told_as_reverted(state: str) -> None:
    """Sabotage: leave out `settle` in Course, or ask only once."""
    host = Host(["1 confirmed", "silence", "2 armed", "2 reverted"])
    journal = settled(host, state)
    (end,) = journal.outcomes.values()
    assert (end.state, end.why) == (
        "reverted",
        "the change took itself back: on fw-1 its rules are as before (no connection)",
    )
    assert [entry.kind for entry in host.entries][-1] == "reverted"
    assert journal.lost() == (unit(),)
    assert host.told == ["waiting up to 100 s for fw-1: the change takes itself back"]


def test_an_older_change_that_took_itself_back_is_not_this_ones() -> None:
    """Sabotage: do not compare the numbers."""
    host = Host(["4 reverted"])
    (end,) = settled(host).outcomes.values()
    assert (end.state, host.seconds, host.told) == (FAILED, 0, [])


def test_a_change_that_was_confirmed_before_the_failure_stays_failed() -> None:
    """Sabotage: count every newer change as reverted."""
    (end,) = settled(Host(["4 reverted", "5 confirmed"])).outcomes.values()
    assert end.state == FAILED


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ("silence", "fw-1 does not answer, even after the time in which a change takes itself back"),
        ("2 failed", "townhall-firewall could not take the change back"),
        ("2 armed", "townhall-firewall could not take the change back"),
    ],
)
def test_a_host_whose_way_back_failed_or_that_stays_silent_is_quarantined(last: str, why: str) -> None:
    """Sabotage: leave out `is_lost`, or give up before the window is over."""
    host = Host(["1 confirmed", last])
    (end,) = settled(host).outcomes.values()
    assert end.state == FAILED
    assert end.why == f"no connection; {why}: quarantined"
    record = host.entries[-1]
    said = json.loads(record.details)
    assert (record.kind, record.host, record.role, said["why"]) == ("quarantined", "fw-1", "", why)
    steps = [step for step in said["steps"] if not step.startswith("townhall-firewall outcome    # failed")]
    assert steps[0].startswith("nft -f /run/townhall/firewall.before")
    silent = last == "silence"
    assert (len(steps) < len(said["steps"]), LOOK in steps) == (silent, silent)
    assert host.seconds == (0 if last == "2 failed" else WINDOW + 10)


def test_nobody_is_asked_where_nothing_was_done_or_the_role_takes_nothing_back() -> None:
    """Sabotage: ask every host that failed; a PC that is switched off would hold a run up."""
    untouched = Host(["1 confirmed"])
    assert settled(untouched, touched=False).outcomes[unit()].state == FAILED
    applied = Host(["1 confirmed"])
    assert settled(applied, APPLIED).outcomes[unit()].state == APPLIED
    assert (untouched.asked, applied.asked) == (1, 1)
    other = Host(["1 confirmed"])
    settled(other, one=unit("printer"))
    assert other.asked == 0
