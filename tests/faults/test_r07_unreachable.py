"""R7: a host that cannot be reached is never counted as done, and enough of them stop the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import Parts
from tests.faults.waves import NAMES, ran, states

WHEN = ("before", "during", "after")


@dataclass
class Cut(Parts):
    """Hosts in `silent` are cut off before, during or after their task."""

    when: str = "before"

    def run(self, job: Job, hear: Hear) -> str:
        for name, hosts, _ in opened_plays(job, hear):
            for host in hosts:
                if host not in self.silent or self.when != "before":
                    hear(told("runner_on_ok", name, host, res={"changed": True}))
                if host not in self.silent or self.when == "after":
                    hear(told("runner_on_ok", name, host, "Last task", res={}))
                if host in self.silent:
                    hear(told("runner_on_unreachable", name, host, res={"msg": "no route"}))
                else:
                    hear(told("runner_on_ok", name, host, STAMP_TASK, res={}))
        return "successful"


@pytest.mark.parametrize("when", WHEN)
def test_an_unreachable_host_is_never_ok(tmp_path: Path, when: str) -> None:
    """Sabotage: take a host's last good task for its end."""
    parts = Cut(silent=frozenset(NAMES[5:7]), when=when)
    found = states(ran(parts, tmp_path, tolerated=2))
    assert {name for name in NAMES if found[name] != "applied"} == parts.silent
    assert {found[name] for name in parts.silent} == {"unreachable"}
    assert f"unknown {NAMES[5]}" in parts.log


@pytest.mark.parametrize("when", WHEN)
def test_a_batch_of_which_all_are_unreachable_is_the_last(tmp_path: Path, when: str) -> None:
    """Sabotage: leave unreachable hosts out of the count of losses."""
    parts = Cut(silent=frozenset(NAMES[1:26]), when=when)
    found = states(ran(parts, tmp_path, tolerated=5))
    assert {found[name] for name in parts.silent} == {"unreachable"}
    assert {found[name] for name in NAMES[26:]} == {"not started"}
    assert not [line for line in parts.log if line.split()[1] in NAMES[26:]]
