"""The second probe goes into a run and into no key, and a host that does not answer proves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.apply import apply
from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import LedgerState, Observation
from orchestrator.model.record import Entry
from orchestrator.model.rendering import Play, Rendering, UnitRendering
from orchestrator.pipeline import look, planned
from orchestrator.plan import plan
from orchestrator.plan.probes import Probe
from orchestrator.second_probe import second_probes
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import Parts
from tests.faults.test_r01_killed_controller import TOWN as LAB
from tests.faults.test_r01_killed_controller import prepared
from tests.plan.renderings import CODE

WALLS = Play(0, "Zones are parted", "firewalls", ("firewall",), True, True)
WALLED = replace(CODE, plays={0: WALLS}, roles={"firewall": "code"})
TOWN = Rendering(
    "test",
    (UnitRendering("fw-1", "firewall", 0, {"firewall_hostname": "fw-1"}, ()),),
    {"fw-1": {"ansible_host": "192.0.2.1"}, "pc-1": {"ansible_host": "192.0.2.2"}},
)
PROBE = Probe("pc-1", "users", "198.51.100.1", 53)


@dataclass
class Walls(Parts):
    """A firewall whose probe cannot be tried; it goes on, and fails later where it is `broken`."""

    inventory: dict[str, Any] = field(default_factory=dict)

    def run(self, job: Job, hear: Hear) -> str:
        self.inventory = yaml.safe_load(job.inventory)["all"]["hosts"]
        for name, (host,), _ in opened_plays(job, hear):
            hear(told("runner_on_unreachable", name, host, "probe", res={"msg": "pc-1 is off"}))
            hear(told("runner_on_start", name, host, "next"))
            kind = "runner_on_failed" if self.broken else "runner_on_ok"
            hear(told(kind, name, host, STAMP_TASK, res={"msg": "broken"}))
        return "successful"


def ran(parts: Parts, folder: Path, probes: tuple[Probe, ...]) -> Outcome:
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    order = Order("run", folder, probes={"fw-1": probes})
    return apply(plan(TOWN, WALLED, LedgerState()), TOWN, WALLED, order, tools)


def test_the_probes_are_an_argument_of_one_run_and_their_hosts_are_reached_but_not_touched(
    tmp_path: Path,
) -> None:
    """Sabotage: leave the helpers out of the inventory, or the probes out of the arguments."""
    with_probe, without = Walls(), Walls()
    first = ran(with_probe, tmp_path / "one", (PROBE,))
    second = ran(without, tmp_path / "two", ())
    assert with_probe.inventory["fw-1"]["firewall_probes"] == [
        {"from": "pc-1", "to": "198.51.100.1", "port": 53}
    ]
    assert with_probe.inventory["pc-1"] == {"ansible_host": "192.0.2.2"}
    assert set(without.inventory) == {"fw-1"}
    assert first.units[0].unit.key == second.units[0].unit.key


def test_a_probe_whose_host_does_not_answer_is_no_fault_of_the_firewall(tmp_path: Path) -> None:
    """Sabotage: keep the first fault although the unit went on."""
    (end,) = ran(Walls(broken=frozenset({"fw-1"})), tmp_path / "one", (PROBE,)).units
    assert (end.state, end.why) == ("failed", f"{STAMP_TASK}: broken")


def test_only_hosts_whose_base_is_applied_try_a_way_through_a_firewall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: take whoever the ledger knows, or hosts that other roles were applied to."""
    machines, ledger = prepared(tmp_path, monkeypatch, (("lab-fw1", "firewall"),))
    prospect = look(LAB)
    first = {probe.source for probe in second_probes(prospect, ledger, machines)["lab-fw1"]}
    assert first and "lab-fw1" not in first
    ledger.append(Entry("failed", "later", host, "base") for host in first)
    second = {probe.source for probe in second_probes(prospect, ledger, machines)["lab-fw1"]}
    assert second and not first & second


def test_a_machine_that_was_made_anew_has_no_way_that_could_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: trust the ledger about machines that are not there any more."""
    machines, ledger = prepared(tmp_path, monkeypatch, (("lab-fw1", "firewall"),))
    prospect = look(LAB)
    assert second_probes(prospect, ledger, machines)["lab-fw1"]
    other = Observation("another key", "another id", {})
    observed = {host: other for host in prospect.wanted.intent.placements if host != "lab-fw1"}
    prospect = planned(replace(prospect, observed=observed))
    assert second_probes(prospect, ledger, machines)["lab-fw1"] == ()
