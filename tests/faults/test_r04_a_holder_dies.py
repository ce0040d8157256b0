"""R4: a holder dies, sleeps or is cut off: its fences free themselves, and a late write is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orchestrator.apply import apply
from orchestrator.apply.ansible import Job
from orchestrator.apply.fence import LOST, NONE
from orchestrator.apply.fences import VARIABLE, Fences, fenced
from orchestrator.apply.lock import BusyError, identity
from orchestrator.apply.playbook import FENCE_TASK, STAMP_TASK
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.plan import LedgerState
from orchestrator.plan import plan
from orchestrator.reach import Answer
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import TOWN, TOWN_CODE, Parts, states
from tests.apply.town_of_one import PROJECT, TownOfOne
from tests.faults.fenced_hosts import STAMPS, Hosts, wanting

pytestmark = pytest.mark.long

HOLD = """
import sys, time
from pathlib import Path
from orchestrator.apply.fences import fenced
from tests.faults.fenced_hosts import Hosts, wanting
with fenced(wanting(Hosts(Path(sys.argv[1])), "first", ["a", "b"], seconds={seconds})):
    print("holds", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Callable[[int], subprocess.Popen[str]]]:
    """Starts a process that holds the fences of two hosts until it is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(seconds: int) -> subprocess.Popen[str]:
        call = [sys.executable, "-c", HOLD.format(seconds=seconds), str(tmp_path)]
        process = subprocess.Popen(call, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout and process.stdout.readline() == "holds\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def taken_after(hosts: Hosts, seconds: float) -> float:
    """Try until the fences can be taken; return the seconds that it took."""
    began = time.monotonic()
    while True:
        try:
            wanting(hosts, "second", ["a", "b"]).take()
        except BusyError:
            assert time.monotonic() - began < seconds, "they did not free themselves"
            time.sleep(0.1)
        else:
            return time.monotonic() - began


def test_the_fences_of_a_killed_holder_free_themselves_under_a_higher_number(
    tmp_path: Path, holding: Callable[[int], subprocess.Popen[str]]
) -> None:
    """Sabotage: write no end of its time into the fence, or begin the numbers anew."""
    hosts, first = Hosts(tmp_path), holding(3)
    assert hosts.holder("a") == "1 first"
    time.sleep(4)
    with pytest.raises(BusyError):
        wanting(hosts, "second", ["a", "b"]).take()
    first.kill()
    first.wait()
    assert taken_after(hosts, 10) > 0.2
    numbers = [int(hosts.holder(host).split()[0]) for host in "ab"]
    assert numbers[0] > 1 and numbers[1] > 1
    assert hosts.holder("a").endswith(" second")


def test_a_holder_that_was_stopped_is_told_that_it_lost_and_its_stamp_is_refused(
    tmp_path: Path, holding: Callable[[int], subprocess.Popen[str]]
) -> None:
    """Sabotage: let `check` or `renew` not compare the mark."""
    hosts, first = Hosts(tmp_path), holding(2)
    mine = hosts.holder("a")
    first.send_signal(signal.SIGSTOP)
    taken_after(hosts, 10)
    first.send_signal(signal.SIGCONT)
    stamp = hosts.stamp("a", "base", "of the second")
    late = hosts.fence.check(mine) + STAMPS.write("base", "key", "first")
    answer = hosts.run_all({"a": late})["a"]
    assert (answer.status, stamp.read_text()) == (LOST, "of the second")
    assert "another run took this machine over" in answer.error
    fences = Fences({"a": mine})
    (why,) = wanting(hosts, "first", ["a"]).renew(fences.marks).values()
    assert "a is another run's now: " in why and "`townhall apply of second`" in why
    wanting(hosts, "first", ["a"]).give_back(fences.marks, put_back=True)
    assert hosts.holder("a").endswith(" second") and (hosts.folder("a") / "run" / "holder").exists()


def test_a_restart_of_the_host_frees_its_fence_and_the_number_stays(tmp_path: Path) -> None:
    """Sabotage: keep the holder beside the number, and let any end of its time count; or both in memory."""
    hosts = Hosts(tmp_path, stopped_clocks=True)
    wanting(hosts, "first", ["a"]).take()
    with pytest.raises(BusyError):
        wanting(hosts, "second", ["a"]).take()
    kept = (hosts.folder("a") / "run" / "holder").read_text()
    hosts.restart("a")
    assert wanting(hosts, "second", ["a"]).take() == {"a": "2 second"}
    (hosts.folder("a") / "run" / "holder").write_text(kept)
    assert wanting(hosts, "third", ["a"]).take() == {"a": "3 third"}


def test_only_the_hosts_own_seconds_count(tmp_path: Path) -> None:
    """Sabotage: count by the time of day, or by the control machine's seconds."""
    hosts = Hosts(tmp_path, stopped_clocks=True)
    wanting(hosts, "first", ["a"], seconds=1).take()
    time.sleep(1.5)
    with pytest.raises(BusyError, match="within 1 s"):
        wanting(hosts, "second", ["a"]).take()
    hosts.up_since("a", 1001)
    assert wanting(hosts, "second", ["a"]).take() == {"a": "2 second"}


def test_a_living_run_keeps_its_fences_and_gives_them_back(tmp_path: Path) -> None:
    """Sabotage: renew never, or leave `give_back` out of the end."""
    hosts = Hosts(tmp_path)
    with fenced(wanting(hosts, "first", ["a", "b"], seconds=2)) as fences:
        time.sleep(5)
        assert not fences.lost
        with pytest.raises(BusyError):
            wanting(hosts, "second", ["a"]).take()
    assert not any((hosts.folder(host) / "run" / "holder").exists() for host in "ab")
    assert wanting(hosts, "second", ["a", "b"]).take() == {"a": "2 second", "b": "2 second"}


def test_a_run_that_no_machine_hears_any_more_is_over_and_one_silent_host_is_not_all(tmp_path: Path) -> None:
    """Sabotage: leave out that the run counts the seconds since it was heard; or count each host alone."""
    hosts = Hosts(tmp_path)
    with fenced(wanting(hosts, "first", ["a", "b"], seconds=2)) as fences:
        hosts.silent.add("a")
        time.sleep(3)
        assert not fences.lost
        hosts.silent.add("b")
        wait_for(lambda: fences.lost, 6)
        assert "no machine heard of it for 2 s" in fences.lost


def test_whoever_holds_the_dead_runs_own_lock_need_not_wait_and_a_copy_of_the_lock_must(
    tmp_path: Path,
) -> None:
    """Sabotage: let the name of the lock's file be its identity."""
    hosts, lock, copy = Hosts(tmp_path), tmp_path / "town.lock", tmp_path / "copy.lock"
    lock.touch()
    copy.write_bytes(lock.read_bytes())
    wanting(hosts, "killed", ["a"], identity(lock)).take()
    with pytest.raises(BusyError):
        wanting(hosts, "elsewhere", ["a"], identity(copy)).take()
    assert wanting(hosts, "resumed", ["a"], identity(lock)).take() == {"a": "2 resumed"}


def applied(parts: Parts, folder: Path, fences: Fences, keeper: str = "") -> dict[str, str]:
    """Apply a town behind fences; return what became of each host and the reasons by host."""
    tools = Tools(
        parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda _: (), fences=fences
    )
    planned = plan(TOWN, TOWN_CODE, LedgerState())
    outcome = apply(planned, TOWN, TOWN_CODE, Order("run", folder, keeper=keeper), tools)
    parts.log += [f"why {one.unit.host}: {one.why}" for one in outcome.units]
    return states(outcome)


def test_a_run_that_lost_its_fence_ends_as_a_whole_and_what_it_began_is_unknown(tmp_path: Path) -> None:
    """Sabotage: leave the fences out of what cancels a run, or call what it began failed."""
    fences = Fences()

    class Slow(Parts):
        def run(self, job: Job, hear: Hear) -> str:
            next(opened_plays(job, hear))
            fences.lose("srv-1 is another run's now")
            assert job.is_cancelled()
            return "canceled"

    parts = Slow()
    ends = applied(parts, tmp_path, fences)
    assert ends == {
        "sw-1": "applied",
        "sw-2": "applied",
        "srv-1": "unknown",
        "srv-2": "unknown",
        "pc-1": "not started",
    }
    told = "this run lost its fence: srv-1 is another run's now"
    assert {f"why {host}: {told}" for host in ("srv-1", "srv-2", "pc-1")} <= set(parts.log)


def test_no_switch_is_configured_when_the_keeper_of_its_fence_says_no(tmp_path: Path) -> None:
    """Sabotage: configure devices without asking for the fence that another host keeps for them."""
    fences = Fences({"fw-1": "1 run"})
    fences.confirm = lambda host: fences.lose(f"{host} is another run's now")
    ends = applied(Parts(), tmp_path, fences, keeper="fw-1")
    assert set(ends.values()) == {"not started"}


def test_real_ansible_is_refused_on_a_machine_that_another_run_took_over(tmp_path: Path) -> None:
    """Sabotage: leave the fence out of the beginning of a play."""
    town = TownOfOne.create(tmp_path)
    assert town.apply(town.rendering("one"), "first").succeeded
    taken = TownOfOne(tmp_path, shell=Snatching(town))
    outcome = taken.apply(taken.rendering("two"), "second")
    assert [one.state for one in outcome.units] == ["unknown"]
    assert "another run took this machine over: its fence is 3 third" in outcome.units[0].why
    assert town.read("setting") == "one"


def test_real_ansible_leaves_no_stamp_where_another_run_took_over_in_the_middle(tmp_path: Path) -> None:
    """Sabotage: leave the guard out of the stamp."""
    town = TownOfOne.create(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(town.apply, town.rendering("one", seconds=3), "first")
        wait_for(lambda: town.read("setting") == "one", 60)
        snatch(town)
        (end,) = running.result().units
    assert end.state == "unknown"
    assert "another run took this machine over: its fence is 3 third" in end.why
    assert not town.read("units/probe.json")


def snatch(town: TownOfOne) -> None:
    """Let another run be the last one that took the machine's fence."""
    (Path(town.fence.kept) / "last").write_text("3 third\n")


class Snatching:
    """A machine's shell; as soon as somebody took its fence, another run takes it."""

    def __init__(self, town: TownOfOne) -> None:
        self._town = town

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run commands, and be quick."""
        answers = self._town.shell.run_all(commands, timeout)
        if any(answer.output.startswith("taken") for answer in answers.values()):
            snatch(self._town)
        return answers


@pytest.mark.parametrize(("status", "state"), [(1, "failed"), (LOST, "unknown")])
def test_a_host_that_was_silent_at_the_start_is_not_changed_later_and_a_lost_fence_ends_the_run(
    tmp_path: Path, status: int, state: str
) -> None:
    """Sabotage: let a host without a mark pass its check, or let it end with LOST."""
    hosts = Hosts(tmp_path)
    mark = "1 first" if status == LOST else NONE
    answer = hosts.run_all({"pc-1": hosts.fence.check(mark)})["pc-1"]
    assert answer.status == status

    class Refused(Parts):
        def run(self, job: Job, hear: Hear) -> str:
            for name, on, _ in opened_plays(job, hear):
                for host in on:
                    kind, task = ("failed", FENCE_TASK) if host == "pc-1" else ("ok", STAMP_TASK)
                    result = {"rc": answer.status, "stderr": answer.error}
                    hear(told(f"runner_on_{kind}", name, host, task, res=result))
            return "successful"

    fences, parts = Fences(), Refused()
    assert applied(parts, tmp_path, fences)["pc-1"] == state
    assert bool(fences.lost) == (status == LOST)
    word = "did not answer when the run took its fences" if status == 1 else "took this machine over"
    assert any(line.startswith("why pc-1") and word in line for line in parts.log)


ZOMBIE = "from tests.faults.test_r04_a_holder_dies import zombie; zombie({root!r})"


def zombie(root: str) -> None:
    """Apply slowly, from a control machine of its own; print how it ended."""
    town = TownOfOne(Path(root), control="zombie")
    (end,) = town.apply(town.rendering("zombie", seconds=6), "late").units
    print(end.state, end.why, flush=True)  # noqa: T201


def test_a_stopped_controller_wakes_up_and_stamps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: let a run not count the seconds of its sleep, and leave the guard out of the stamp."""
    monkeypatch.setenv(VARIABLE, "2")
    town = TownOfOne.create(tmp_path)
    call = [sys.executable, "-c", ZOMBIE.format(root=str(tmp_path))]
    first = subprocess.Popen(call, cwd=PROJECT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        wait_for(lambda: town.read("setting") == "zombie", 60)
        os.kill(first.pid, signal.SIGSTOP)
        wait_for(lambda: not held(town), 10)
        assert town.apply(town.rendering("second"), "second").succeeded
        os.kill(first.pid, signal.SIGCONT)
        said, _ = first.communicate(timeout=60)
    finally:
        first.kill()
    assert said.startswith("unknown ")
    assert '"run": "second"' in town.read("units/probe.json")
    assert not town.plan(town.rendering("second")).units


def held(town: TownOfOne) -> bool:
    """Whether somebody holds the machine's fence now."""
    who = wanting(Hosts(town.root), "looker", []).bearer
    return town.shell.run_all({town.host: town.fence.look(who)})[town.host].status != 0


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Wait until something has come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.1)
