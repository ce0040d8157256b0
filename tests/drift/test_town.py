"""A town is asked once each; a silent host is never called right, and only drifted units run again."""

from __future__ import annotations

import base64
import json
import shlex
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.attesting import Attestor
from orchestrator.drifted import drift_of, known_of, narrowed
from orchestrator.errors import MachineError
from orchestrator.model.drift import Drift
from orchestrator.model.outcome import APPLIED, FAILED, Outcome, UnitOutcome
from orchestrator.model.plan import PlannedUnit, Wave
from orchestrator.model.record import Entry
from orchestrator.model.switch import Compared
from orchestrator.pipeline import look
from orchestrator.plan.drifted import with_every_handler
from orchestrator.plan.units import DRIFTED
from orchestrator.reach import PROJECT, UNREACHABLE, Answer
from orchestrator.record import Ledger
from orchestrator.report.drift_text import drift_text
from tests.bench.planning import remember_all
from tests.drift.scratch import Scratch, lab

HOSTS = ("lab-av1", "lab-pc-0001")


@dataclass
class Town:
    """Two hosts of the lab that are folders, its ledger, and switches that are as they were left."""

    root: Path
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.machines = {host: Scratch.create(host, self.root / host) for host in HOSTS}
        remember_all(PROJECT / "inventories/lab", self.root)
        self.ledger = Ledger(self.root / "lab.sqlite")
        self.apply("first", APPLIED)

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        self.asked += commands
        return {host: self._answer(host, command) for host, command in commands.items()}

    def _answer(self, host: str, command: str) -> Answer:
        if host in self.silent:
            return Answer(host, UNREACHABLE, "", "no route to host")
        *words, packed = shlex.split(command)
        asked = json.loads(zlib.decompress(base64.b64decode(packed)))
        asked["root"] = str(self.machines[host].root)
        moved = base64.b64encode(zlib.compress(json.dumps(asked).encode())).decode()
        return Answer(host, 0, self.machines[host].run(shlex.join([*words, moved])), "")

    def compared(self, arguments: Mapping[str, Any]) -> Compared:
        if arguments["switch_hostname"] in self.silent:
            raise MachineError("no answer")
        return Compared((), ())

    def apply(self, run: str, state: str) -> None:
        """Attest as after a run in which every unit of the two hosts ended like this."""
        attestor = Attestor(self, self.ledger, lab().rendering)
        before = attestor.before(HOSTS)
        units = [unit for unit in lab().rendering.units if unit.host in HOSTS]
        ended = (
            UnitOutcome(PlannedUnit(one.host, one.role, one.position, "", "", "", "", False), state)
            for one in units
        )
        attestor.after(Outcome(run, tuple(ended)), before)

    def drift(self) -> Drift:
        """Ask everyone."""
        self.asked.clear()
        known = known_of(lab(), self.ledger, {*HOSTS, "lab-sw1"})
        return drift_of(lab(), known, self, self, lambda _: None)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_an_untouched_town_is_asked_once_each_and_tells_nothing(town: Town) -> None:
    """Sabotage: ask in two rounds, or leave a host out."""
    drift = town.drift()
    assert drift.is_none, drift
    assert sorted(town.asked) == sorted(HOSTS)
    assert drift.asked == (*HOSTS, "lab-sw1")


def test_a_host_or_switch_that_does_not_answer_is_named_and_never_called_right(town: Town) -> None:
    """Sabotage: leave silent hosts out of `is_none`."""
    town.silent = {"lab-av1", "lab-sw1"}
    drift = town.drift()
    assert not drift.is_none
    assert drift.silent == {"lab-av1": "no route to host", "lab-sw1": "no answer"}


def test_a_host_that_nobody_looked_at_after_its_apply_is_named(town: Town) -> None:
    """Sabotage: take a host without an attestation for one without drift."""
    known = known_of(lab(), town.ledger, {"lab-dhcp1"})
    drift = drift_of(lab(), known, town, town, lambda _: None)
    assert drift.unattested == ("lab-dhcp1",)
    assert not drift.is_none


def test_where_nothing_was_ever_applied_nothing_is_called_right() -> None:
    """Sabotage: say of nobody that nothing was changed by hand."""
    said = drift_text(Drift("lab", (), ()))
    assert said == "lab: nobody was asked: no apply remembers what stands there"


def test_a_failed_run_makes_nothing_right_that_a_hand_changed(town: Town) -> None:
    """Sabotage: attest the units of a failed run as applied."""
    town.machines["lab-av1"].run("echo changed >> $ROOT/etc/sudoers.d/townhall")
    town.apply("second", FAILED)
    assert [one.spot.name for one in town.drift().differences] == ["/etc/sudoers.d/townhall"]


def test_what_a_run_applied_and_did_not_live_to_attest_is_no_drift_after_the_next(town: Town) -> None:
    """What a hand changed elsewhere stays. Sabotage: attest nothing, or all of the host as it is."""
    town.machines["lab-av1"].run("sed -i 's/autoindex off/autoindex on/' $ROOT/etc/nginx/conf.d/*.conf")
    town.machines["lab-av1"].run("echo changed >> $ROOT/etc/sudoers.d/townhall")
    assert len(town.drift().differences) == 2
    town.ledger.append([Entry("applied", "killed", "lab-av1", "antivirus_server")])
    Attestor(town, town.ledger, lab().rendering).catch_up("next")
    assert [one.spot.name for one in town.drift().differences] == ["/etc/sudoers.d/townhall"]
    assert (
        town.ledger.unattested() & {(host, role) for host in HOSTS for role in ("antivirus_server",)} == set()
    )


def test_a_unit_that_a_hand_changed_runs_every_handler(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: give the plan back as it is; what was adopted then never comes into force."""
    monkeypatch.setenv("TOWNHALL_STATE", str(town.root))
    town.machines["lab-av1"].run("sed -i 's/autoindex off/autoindex on/' $ROOT/etc/nginx/conf.d/*.conf")
    attestor = Attestor(town, town.ledger, lab().rendering)
    drifted = attestor.drifted(attestor.before(HOSTS))
    assert drifted == {("lab-av1", "antivirus_server")}
    prospect = look(PROJECT / "inventories/lab")
    unit = PlannedUnit("lab-av1", "antivirus_server", 6, "", "", "", "arguments changed", False)
    other = replace(unit, host="lab-av2")
    plan = replace(prospect.plan, waves=(Wave(6, "", (unit, other)),))
    assert [one.every_handler for one in with_every_handler(plan, drifted).units] == [True, False]


def test_only_the_drifted_units_run_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: give the whole plan back."""
    monkeypatch.setenv("TOWNHALL_STATE", str(town.root))
    changed = {"lab-av1": {"base": ["the text of /etc/sudoers.d/townhall was changed"]}}
    plan = narrowed(look(PROJECT / "inventories/lab"), changed).plan
    assert [(unit.host, unit.role, unit.reason) for unit in plan.units] == [("lab-av1", "base", DRIFTED)]
    assert plan.units[0].changes == tuple(changed["lab-av1"]["base"])
    assert plan.units[0].every_handler
