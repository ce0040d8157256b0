"""R13: clocks that differ stop what needs Kerberos before its first change; timers and ledger do not care."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from orchestrator import pipeline
from orchestrator.apply.survey import survey
from orchestrator.desired import PROJECT, catalogue
from orchestrator.errors import Refused
from orchestrator.model.ground import MERGED
from orchestrator.model.plan import Observation
from orchestrator.model.record import Entry
from orchestrator.plan.clocks import hold_clocks
from orchestrator.reach import Ssh
from orchestrator.record import Ledger
from orchestrator.record.quarantine import quarantined, release
from orchestrator.record.runs import runs
from tests.faults.machines import Machines
from tests.faults.test_r01_killed_controller import TOWN, prepared
from tests.golden import Golden

PC, OTHER = "lab-pc-0001", "lab-pc-0002"
JOINS = ((PC, "domain_member"), (OTHER, "domain_member"))
WALL_CLOCK = {
    "orchestrator/apply/lock.py": "since when it is held, for people",
    "orchestrator/pipeline.py": "a run's name",
    "orchestrator/reach.py": "compared with a host's clock",
    "orchestrator/record/ledger.py": "when a record was written, for people",
    "orchestrator/saved_plan.py": "until when a plan may be applied",
}
READINGS = {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow")}


@pytest.fixture(autouse=True)
def no_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doubles need no secrets."""
    monkeypatch.setattr(pipeline, "vault_files", lambda *_: ())


def attempt(machines: Machines) -> pipeline.Done | None:
    return pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))


def refused(machines: Machines) -> str:
    """What an apply is refused with; nothing may have happened."""
    with pytest.raises(Refused) as error:
        attempt(machines)
    assert not machines.happened()
    return "\n".join(str(problem) for problem in error.value.problems)


@pytest.mark.parametrize("seconds", [600, -600])
def test_a_host_whose_clock_is_wrong_is_refused_what_needs_kerberos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden, seconds: int
) -> None:
    """Sabotage: leave the clock out of the survey, or compare only one way."""
    machines, ledger = prepared(tmp_path, monkeypatch, JOINS)
    known = ledger.state()
    machines.ahead[PC] = seconds
    said = refused(machines).replace("599 s", "600 s").replace("601 s", "600 s")
    case = "a_clock_that_is_ahead" if seconds > 0 else "a_clock_that_is_behind"
    golden(f"apply_refusals/{case}", said)
    assert ledger.state() == known
    machines.ahead[PC] = 100
    done = attempt(machines)
    assert done is not None
    assert done.succeeded


def test_what_needs_no_kerberos_goes_on_with_a_wrong_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: ask every unit for a right clock."""
    machines, _ = prepared(tmp_path, monkeypatch, ((PC, "workstation"),))
    machines.ahead[PC] = 4000
    assert attempt(machines) is not None


def test_a_new_pc_with_a_dead_battery_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its base is set up first, and steps the clock. Sabotage: refuse it, or take any host with a base."""
    machines, _ = prepared(tmp_path, monkeypatch, ((PC, "base"), (PC, "domain_member")))
    machines.ahead[PC] = -800_000_000
    done = attempt(machines)
    assert done is not None
    assert done.succeeded


def test_a_base_whose_time_daemon_is_not_restarted_sets_no_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: take any pending base for one that sets the clock."""
    prepared(tmp_path, monkeypatch, ((PC, "base"), (PC, "domain_member")))
    prospect = pipeline.look(TOWN)
    waves = tuple(
        replace(wave, units=tuple(replace(unit, every_handler=unit.role != "base") for unit in wave.units))
        for wave in prospect.plan.waves
    )
    wanted, seen = prospect.wanted, {PC: Observation(skew=500)}
    hold_clocks(wanted.town, prospect.plan, wanted.rendering, prospect.code, seen)
    with pytest.raises(Refused):
        hold_clocks(wanted.town, replace(prospect.plan, waves=waves), wanted.rendering, prospect.code, seen)


def test_where_most_hosts_are_off_alike_the_controllers_clock_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden
) -> None:
    """Sabotage: tell it of each host, or blame the one host that agrees with the controller."""
    pending = (*JOINS, ("lab-dhcp1", "dhcp_server"), ("lab-av1", "antivirus_server"))
    machines, _ = prepared(tmp_path, monkeypatch, pending)
    machines.ahead.update({PC: 601, "lab-dhcp1": 600, "lab-av1": 600})
    said = refused(machines).replace("599 s", "600 s").replace("601 s", "600 s")
    golden("apply_refusals/a_controller_whose_clock_is_wrong", said)
    machines.ahead.update({OTHER: 600, "lab-dc1": 600})
    assert refused(machines).count("remedy") == 1


def test_the_roles_that_speak_with_the_directory_say_that_they_need_kerberos() -> None:
    """Sabotage: take the word out of a role's meta/townhall.yml."""
    code = pipeline.code_digests(catalogue())
    assert code.kerberos == {"domain_controller", "directory", "domain_member"}
    assert code.sets_clock == {"base"}


def test_one_round_trip_reads_the_clock_and_compares_it_with_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way takes a second there and one back. Sabotage: compare with the beginning or the end."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho asked >> {tmp_path}/asked\nsleep 1\neval "$5"\nsleep 1\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    seen = survey(Ssh(tmp_path / "config"), ["pc"], {}, str(tmp_path))["pc"]
    assert seen.skew is not None
    assert -1 < seen.skew < 0.6
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_records_keep_their_order_when_the_clock_is_turned_back(tmp_path: Path) -> None:
    """Sabotage: order anything in the ledger by its time."""
    backwards = (f"2026-01-{31 - day:02d}T12:00:00.000+00:00" for day in count())
    with closing(Ledger(tmp_path / "town.sqlite", lambda: next(backwards))) as ledger:
        lost = '{"role": "base", "why": "", "steps": []}'
        ledger.append([Entry("quarantined", "before", PC, details=lost)])
        ledger.append([release(PC, "before", "a person said so")])
        for run in ("first", "second"):
            details = f'{{"who": "a", "inventory": "i", "units": [], "ground": "{MERGED}"}}'
            ledger.append([Entry("run", run, details=details)])
            ledger.append([Entry("started", run, PC, "base", "key")])
            ledger.append([Entry("applied", run, PC, "base", f"key-{run}")])
            if run == "first":
                ledger.append([Entry("end", run)])
        assert not ledger.fault()
        order = ["before"] * 2 + ["first"] * 4 + ["second"] * 3
        assert [record.entry.run for record in ledger.records()] == order
        times = [record.at for record in ledger.records()]
        assert times == sorted(times, reverse=True)
        assert ledger.state().units[PC, "base"].key == "key-second"
        assert [run.name for run in runs(ledger)] == ["second", "first"]
        assert not quarantined(ledger)
        cut = ledger.unfinished()
        assert cut is not None
        assert cut.entry.run == "second"


def test_no_timer_reads_a_clock_that_can_be_turned() -> None:
    """Sabotage: measure anything with time.time(), under whatever name; who reads it says here what for."""
    reading = {
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "orchestrator").rglob("*.py"))
        if any(call in READINGS for call in _calls(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert reading == set(WALL_CLOCK)
    assert time.get_clock_info("monotonic").monotonic


def _calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from ((str(node.module), name.name) for name in node.names)
