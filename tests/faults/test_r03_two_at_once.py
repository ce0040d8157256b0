"""R3: two apply at once, from two control machines: one wins on each host, the other is told who."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from multiprocessing import get_context
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.fences import fenced
from orchestrator.apply.fencing import Fencing
from orchestrator.apply.lock import BusyError
from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.cli.failure import tell
from orchestrator.errors import MachineError
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger
from tests.faults.fenced_hosts import Hosts, wanting
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN

pytestmark = pytest.mark.long

TEN = [f"host-{number}" for number in range(10)]


def tried(one: Fencing) -> dict[str, str] | str:
    """Take fences; return the marks, or why not."""
    try:
        return one.take()
    except BusyError as error:
        return str(error)


def test_of_many_at_once_exactly_one_wins_and_each_other_is_told_of_it(tmp_path: Path) -> None:
    """Sabotage: ask all hosts at once instead of the first alone, or leave flock out of the commands."""
    for attempt in range(3):
        hosts = Hosts(tmp_path / str(attempt))
        names = [f"run-{number}" for number in range(8)]
        with ThreadPoolExecutor(len(names)) as pool:
            ends = list(pool.map(lambda name, at=hosts: tried(wanting(at, name, TEN[:4])), names))
        (winner,) = [name for name, end in zip(names, ends, strict=True) if isinstance(end, dict)]
        assert [hosts.holder(host) for host in TEN[:4]] == [f"1 {winner}"] * 4, (
            "another took some and gave way"
        )
        assert all(f"townhall apply of {winner}`" in end for end in ends if isinstance(end, str))


def test_runs_on_hosts_that_overlap_never_share_one(tmp_path: Path) -> None:
    """Sabotage: leave out that what was taken is given back, or let `take` look past the holder."""
    chance = random.Random(4)  # noqa: S311
    for attempt in range(4):
        hosts = Hosts(tmp_path / str(attempt))
        wishes = {f"run-{number}": chance.sample(TEN, 4) for number in range(6)}
        with ThreadPoolExecutor(len(wishes)) as pool:
            ends = list(
                pool.map(lambda name, at=hosts, of=wishes: tried(wanting(at, name, of[name])), wishes)
            )
        won = {name: end for name, end in zip(wishes, ends, strict=True) if isinstance(end, dict)}
        assert won
        taken = [host for marks in won.values() for host in marks]
        assert len(taken) == len(set(taken))
        assert all(hosts.holder(host) == mark for marks in won.values() for host, mark in marks.items())
        still_held = {path.parent.parent.name for path in hosts.root.glob("*/run/holder")}
        assert still_held == set(taken)


def test_where_one_host_is_held_none_is_taken_and_every_stamp_stays(tmp_path: Path) -> None:
    """Sabotage: leave `put_back` out of what is given back."""
    hosts = Hosts(tmp_path)
    stamps = [hosts.stamp(host, "base") for host in TEN[:3]]
    with fenced(wanting(hosts, "first", [TEN[1]])):
        assert not stamps[1].exists()
        with pytest.raises(BusyError):
            wanting(hosts, "second", TEN[:3]).take()
        assert [stamp.exists() for stamp in stamps] == [True, False, True]
        assert not (hosts.folder(TEN[0]) / "run" / "holder").exists()
    assert set(wanting(hosts, "third", TEN[:3]).take()) == set(TEN[:3])
    assert not any(stamp.exists() for stamp in stamps)


def test_the_other_is_told_of_each_host_who_what_from_where_and_until_when(tmp_path: Path) -> None:
    """Sabotage: leave the commit, the machine or the seconds out of what is told."""
    hosts = Hosts(tmp_path, stopped_clocks=True)
    wanting(hosts, "first", TEN[:2], seconds=90).take()
    for host in TEN[:2]:
        hosts.up_since(host, 1030)
    with pytest.raises(BusyError) as told:
        wanting(hosts, "second", TEN[:4]).take()
    said = str(told.value)
    assert "another run holds 2 of 4 machines; nothing was changed" in said
    assert f"{TEN[0]}, {TEN[1]}: " in said
    assert "runs `townhall apply of first` of commit 0123456789ab since 20" in said
    assert "(process " in said and " on " in said
    assert "free themselves within 60 s" in said
    assert tell(told.value, as_json=False) == 1


def test_runs_on_different_hosts_go_side_by_side(tmp_path: Path) -> None:
    """Sabotage: keep all fences in one place."""
    hosts = Hosts(tmp_path)
    with fenced(wanting(hosts, "first", TEN[:5])) as one, fenced(wanting(hosts, "second", TEN[5:])) as other:
        assert set(one.marks) | set(other.marks) == set(TEN)


def test_what_a_host_says_of_its_holder_cannot_play_with_the_terminal(tmp_path: Path) -> None:
    """Sabotage: tell the holder's words as they come."""
    hosts = Hosts(tmp_path)
    wanting(hosts, "first", TEN[:1]).take()
    path = hosts.folder(TEN[0]) / "run" / "holder"
    lines = path.read_text().splitlines()
    told = json.dumps({"who": "\x1b[2J\u202eroot\nline", "doing": "x" * 5000, "machine": ["\x07"]})
    for text in (told, "[]", "{", "null", '{"who": 7, "commit": {}}', "\x1b]0;x\x07"):
        path.write_text("\n".join([*lines[:-1], text]) + "\n")
        with pytest.raises(BusyError) as said:
            replace(wanting(hosts, "second", TEN[:1]), pause=lambda _: None).take()
        assert all(line.isprintable() for line in str(said.value).splitlines())
        assert len(str(said.value)) < 1000


def test_a_silent_host_takes_no_part_and_one_that_keeps_no_fence_stops_the_run(tmp_path: Path) -> None:
    """Sabotage: count a host that answered without a mark as taken."""
    hosts = Hosts(tmp_path, silent={TEN[0]})
    assert set(wanting(hosts, "first", TEN[:3]).take()) == set(TEN[1:3])
    stamp = hosts.stamp(TEN[4], "base")
    (hosts.folder(TEN[5]) / "kept").write_text("a file where a folder should be")
    with pytest.raises(MachineError, match=rf"{TEN[5]}: .*\n.*nothing was changed"):
        wanting(hosts, "second", TEN[4:6]).take()
    assert stamp.exists() and not (hosts.folder(TEN[4]) / "run" / "holder").exists()


def two_controls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    """Two control machines that know the same of their machines; `two` is the one that applies now."""
    for control in ("one", "two"):
        monkeypatch.setenv("TOWNHALL_STATE", str(folder / control))
        monkeypatch.setattr(pipeline, "build_directory", lambda _: folder / "build")
        (folder / "machines").mkdir(exist_ok=True)
        machines = Machines(folder / "machines", TOWN)
        machines.settle((("lab-av1", "antivirus_server"), ("lab-pc-0001", "workstation")))
    return machines


class Waiting(Machines):
    """Machines whose run waits in its middle until it may go on."""

    def _change(self, host: str, role: str, key: str) -> None:
        end = time.monotonic() + 60
        (self.root.parent / "begun").touch()
        while not (self.root.parent / "go-on").exists() and time.monotonic() < end:
            time.sleep(0.02)
        super()._change(host, role, key)


def assert_the_plan_is_shown_and_asked_for_once(
    machines: Machines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However often it is tried while another run holds a machine."""

    def twice(act: Callable[[], pipeline.Done | None], _: object) -> pipeline.Done | None:
        with pytest.raises(BusyError):
            act()
        return act()

    monkeypatch.setattr("sys.stdin", StringIO("y\n"))
    with pytest.raises(BusyError):
        carry_out(TOWN, Wish(yes=False, json=False), pipeline.Options(hands=machines.hands), around=twice)
    said = capsys.readouterr().out
    assert (said.count("apply this?"), said.count("Signatures are mirrored")) == (1, 1)


def test_an_apply_from_another_control_machine_is_told_who_and_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: take no fences in the pipeline; open the run before they are taken; show it at each try."""
    two = two_controls(tmp_path, monkeypatch)

    def apply_first() -> None:
        monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "one"))
        waiting = Waiting(tmp_path / "machines", TOWN)
        options = pipeline.Options(hands=waiting.hands, doing="townhall resume")
        pipeline.apply_town(TOWN, lambda _: True, options)

    first = get_context("fork").Process(target=apply_first)
    first.start()
    try:
        end = time.monotonic() + 60
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < end and first.is_alive(), "the first run did not begin"
            time.sleep(0.05)
        with pytest.raises(
            BusyError, match=r"lab-av1, lab-pc-0001: \S+ runs `townhall resume -i .*` of commit .* since"
        ):
            pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=two.hands))
        assert_the_plan_is_shown_and_asked_for_once(two, monkeypatch, capsys)
        ledger = Ledger(tmp_path / "two" / "lab.sqlite")
        assert not list(ledger.records(kind="run"))
    finally:
        (tmp_path / "go-on").touch()
        first.join(60)
    assert first.exitcode == 0
    opened = next(iter(Ledger(tmp_path / "one" / "lab.sqlite").records(kind="run")))
    assert json.loads(opened.entry.details)["fences"] == {"lab-av1": 1, "lab-pc-0001": 1}
    done = pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=two.hands, ask_everyone=True))
    assert done is None or done.succeeded


def test_a_plan_that_was_read_while_another_control_machine_applied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: take the fences without a look at the stamps."""
    machines = two_controls(tmp_path, monkeypatch)
    options = pipeline.Options(hands=machines.hands)

    def read_slowly(_: Prospect) -> bool:
        monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "one"))
        done = pipeline.apply_town(TOWN, lambda _: True, options)
        monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "two"))
        return done is not None and done.succeeded

    with pytest.raises(MachineError, match="at work since the plan was made, on lab-av1; nothing"):
        pipeline.apply_town(TOWN, read_slowly, options)
    assert not list(Ledger(tmp_path / "two" / "lab.sqlite").records(kind="run"))
    changed = sorted(line[1:] for line in machines.happened() if line[0] == "change")
    assert changed == [["lab-av1", "antivirus_server"], ["lab-pc-0001", "workstation"]]
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "one"))
    assert pipeline.apply_town(TOWN, lambda _: True, options) is None
