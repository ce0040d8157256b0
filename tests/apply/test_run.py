"""The order of a run, and what a fault stops."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import pytest

from orchestrator.apply import apply
from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK
from orchestrator.apply.tools import Order, Tools
from orchestrator.errors import MachineError
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import CodeDigests, LedgerState, Observation
from orchestrator.model.record import Entry
from orchestrator.model.rendering import Play, UnitRendering
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.plan import plan
from orchestrator.reach import Answer
from tests.apply.playing import Hear, opened_plays, told
from tests.plan.renderings import CODE, rendering

SWITCHES = Play(0, "Switches carry the networks", "switches", ("switch",), False, True)
TOWN_CODE = replace(CODE, plays={0: SWITCHES, **CODE.plays}, roles={"switch": "code", **CODE.roles})
HOSTS = rendering([("srv-1", "base", {}), ("srv-2", "base", {}), ("pc-1", "workstation", {})])
TOWN = replace(
    HOSTS,
    units=(
        *HOSTS.units,
        *(UnitRendering(name, "switch", 0, {"name": name}, ()) for name in ("sw-1", "sw-2")),
    ),
)


@dataclass
class Parts:
    """Fakes of everything that an apply works with; `broken` hosts and devices fail.

    As in Ansible, no host after one that failed goes on in a play that is fatal.
    """

    broken: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    unfit: frozenset[str] = frozenset()
    log: list[str] = field(default_factory=list)

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        self.log += [f"{entry.kind} {entry.host}" for entry in entries]
        return 0

    def prove(self, selection: Selection) -> Verdict:
        units = sorted(selection.units or ())
        self.log += [f"check {host}" for host, _ in units]
        return Verdict(
            tuple(Check("t", host, role, "s", host not in self.unfit, "", 0) for host, role in units)
        )

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        return {host: Answer(host, 255 if host in self.silent else 0, "", "") for host in commands}

    def differs(self, arguments: Mapping[str, object]) -> bool:
        return True

    def pending(self, arguments: Mapping[str, object]) -> bool:
        return False

    def configure(self, arguments: Mapping[str, object]) -> int:
        if arguments["name"] in self.broken:
            raise MachineError("it reverted")
        return 3

    def run(self, job: Job, hear: Hear) -> str:
        dropped: set[str] = set()
        for name, hosts, play in opened_plays(job, hear):
            self.log.append(f"play {','.join(hosts)}")
            for host in sorted(set(hosts) - dropped):
                dropped |= self.broken & {host}
                kind = "runner_on_failed" if host in self.broken else "runner_on_ok"
                hear(told(kind, name, host, STAMP_TASK, res={"msg": "broken"}))
                if host in dropped and play.get("any_errors_fatal"):
                    return "failed"
        return "successful"


def ran(parts: Parts, folder: Path, code: CodeDigests = TOWN_CODE) -> Outcome:
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    planned = plan(TOWN, code, LedgerState())
    return apply(planned, TOWN, code, Order("run", folder, {"srv-1": Observation()}), tools)


def states(outcome: Outcome) -> dict[str, str]:
    return {one.unit.host: one.state for one in outcome.units}


def test_devices_come_first_one_after_the_other_and_hosts_in_one_run(tmp_path: Path) -> None:
    parts = Parts()
    assert ran(parts, tmp_path).succeeded
    plays = ["play srv-1,srv-2", "play pc-1"]
    assert parts.log[:4] == ["started sw-1", "applied sw-1", "started sw-2", "applied sw-2"]
    assert [line for line in parts.log if line.startswith("play")] == plays


def test_a_switch_that_reverted_stops_everything_behind_it(tmp_path: Path) -> None:
    outcome = ran(Parts(broken=frozenset({"sw-1"})), tmp_path)
    assert states(outcome) == {
        "sw-1": "failed",
        "sw-2": "not started",
        "srv-1": "not started",
        "srv-2": "not started",
        "pc-1": "not started",
    }
    assert outcome.units[0].why == "it reverted"


def test_a_failed_host_is_told_and_the_others_keep_what_they_reached(tmp_path: Path) -> None:
    outcome = ran(Parts(broken=frozenset({"srv-2"})), tmp_path)
    assert not outcome.succeeded
    assert (states(outcome)["srv-1"], states(outcome)["srv-2"]) == ("applied", "failed")


def test_a_runner_that_says_successful_without_events_proves_nothing(tmp_path: Path) -> None:
    class Mute(Parts):
        def run(self, job: Job, hear: Hear) -> str:
            return "successful"

    assert states(ran(Mute(), tmp_path))["srv-1"] == "not started"


def test_a_runner_that_breaks_leaves_every_begun_unit_unknown(tmp_path: Path) -> None:
    class Breaking(Parts):
        def run(self, job: Job, hear: Hear) -> str:
            next(opened_plays(job, hear))
            raise OSError("no memory")

    parts = Breaking()
    with pytest.raises(OSError, match="no memory"):
        ran(parts, tmp_path)
    assert parts.log[-2:] == ["unknown srv-1", "unknown srv-2"]


def test_lanes_run_side_by_side_and_one_that_breaks_ends_the_others(tmp_path: Path) -> None:
    """Sabotage: leave `is_cancelled` out of the job, or wait for a lane before the next begins."""
    beside = Event()

    class Breaking(Parts):
        def run(self, job: Job, hear: Hear) -> str:
            if "pc-1" in job.playbook:
                assert beside.wait(20)
                raise OSError("no memory")
            beside.set()
            end = time.monotonic() + 20
            while not job.is_cancelled() and time.monotonic() < end:
                time.sleep(0.01)
            self.log.append("cancelled" if job.is_cancelled() else "never told")
            return "canceled"

    parts = Breaking()
    apart = replace(TOWN_CODE, after={"base": ("switch",), "workstation": ("switch",)})
    with pytest.raises(OSError, match="no memory"):
        ran(parts, tmp_path, apart)
    assert "cancelled" in parts.log
