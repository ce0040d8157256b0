"""R18: whatever becomes of the event stream or of the runner, success is a stamp that was seen."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.apply.gate import GATE_TASK, Gates
from orchestrator.apply.hearing import Hearing
from orchestrator.apply.journal import Journal
from orchestrator.apply.leash import descendants
from orchestrator.apply.observer import Nobody
from orchestrator.apply.playbook import STAMP_TASK, run_plays
from orchestrator.model.plan import LedgerState
from orchestrator.plan import plan
from tests.apply.playing import told
from tests.apply.test_journal import Memory
from tests.apply.town_of_one import PROJECT, TownOfOne
from tests.plan.renderings import CODE, rendering

TOWN = rendering([(host, role, {}) for host in ("a", "b") for role in ("base", "dhcp_server")])
PLAN = plan(TOWN, CODE, LedgerState())
PLAYS = run_plays(PLAN.waves, CODE.plays)


def whole_stream() -> list[dict[str, Any]]:
    """Return every event of a run in which all went well."""
    events = []
    for play in PLAYS:
        events.append(told("runner_on_start", play.name, play.hosts[0], GATE_TASK))
        for task in ("Install", STAMP_TASK):
            events += [told("runner_on_start", play.name, host, task) for host in play.hosts]
            events += [told("runner_on_ok", play.name, host, task, res={}) for host in play.hosts]
    return events


STREAM = whole_stream()


@given(st.lists(st.sampled_from(STREAM)) | st.permutations(STREAM) | st.integers(0, len(STREAM)))
def test_a_truncated_doubled_or_reordered_stream_never_makes_a_success(mangled: Any) -> None:
    """Sabotage: take the runner's word, or take a stamp before its beginning for an end."""
    events = STREAM[:mangled] if isinstance(mangled, int) else mangled
    memory = Memory()
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal("run", memory, Nobody(), {})
        hearing = Hearing(PLAYS, journal, Gates(Path(folder)), Nobody(), lambda _: "")
        for event in events:
            hearing.hear(event)
        journal.close(PLAN.units)
    for unit in PLAN.units:
        kinds = [entry.kind for entry in memory.entries if (entry.host, entry.role) == (unit.host, unit.role)]
        state = journal.outcomes[unit].state
        assert kinds in (["started", "applied"], ["started", "unknown"], ["unknown"], [])
        assert (state == "applied") == (kinds == ["started", "applied"])
        play = next(one for one in PLAYS if unit in one.units)
        begun = told("runner_on_start", play.name, play.hosts[0], GATE_TASK)
        stamped = told("runner_on_ok", play.name, unit.host, STAMP_TASK, res={})
        if state == "applied":
            assert begun in events[: _last(events, stamped)]
        if state == "not started":
            assert not any(_speaks_of(event, play.name, unit.host) for event in events)
    if events == STREAM:
        assert {outcome.state for outcome in journal.outcomes.values()} == {"applied"}


def _last(events: list[dict[str, Any]], wanted: dict[str, Any]) -> int:
    return max(number for number, event in enumerate(events) if event == wanted)


def _speaks_of(event: dict[str, Any], play: str, host: str) -> bool:
    data = event["event_data"]
    return data["task"] != GATE_TASK and (data["play"], data["host"]) == (play, host)


def test_a_killed_runner_leaves_its_unit_unknown_whatever_it_said_at_its_end(tmp_path: Path) -> None:
    """Sabotage: count a unit that began and whose run is over as applied."""
    town = TownOfOne.create(tmp_path)
    words = f"from tests.apply.town_of_one import main; main({str(tmp_path)!r}, 'new', '60')"
    townhall = subprocess.Popen([sys.executable, "-c", words], cwd=PROJECT)
    end = time.monotonic() + 60
    while town.read("setting") != "new":
        assert time.monotonic() < end
        time.sleep(0.1)
    for process in descendants(townhall.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert townhall.wait(60) == 0
    kinds = [record.entry.kind for record in town.ledger.records()]
    assert kinds == ["started", "unknown"]
    assert not town.observed()["machine"].stamps
