"""What a run keeps to whatever its lanes are: order, an end for every unit, and no host that was lost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.apply import apply
from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK, run_plays
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import CodeDigests, LedgerState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from tests.apply.playing import Hear, opened_plays, told
from tests.apply.test_run import Parts
from tests.plan.renderings import CODE, PLACES, rendering

ROLES = tuple(PLACES)
HOSTS = "abcd"
FREE = dict.fromkeys(ROLES, ())
ALL = {position: len(HOSTS) for position in CODE.plays}


@dataclass
class Slow(Parts):
    """A double of Ansible that takes its time; units in `fails` fail, and drop their hosts."""

    slow: str = ""
    seconds: float = 0.02
    fails: frozenset[tuple[str, str]] = frozenset()
    kinds: list[tuple[str, str, str]] = field(default_factory=list)
    jobs: int = 0
    alone: Lock = field(default_factory=Lock)

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        with self.alone:
            self.kinds += [(entry.kind, entry.host, entry.role) for entry in entries]
        return 0

    def run(self, job: Job, hear: Hear) -> str:
        self.jobs += 1
        dropped: set[str] = set()
        for name, hosts, _ in opened_plays(job, hear):
            role = name.split()[1].rstrip(":")
            for host in sorted(set(hosts) - dropped):
                time.sleep(self.seconds if role == self.slow else 0.001)
                has_failed = (host, role) in self.fails
                dropped |= {host} if has_failed else set()
                kind = "runner_on_failed" if has_failed else "runner_on_ok"
                hear(told(kind, name, host, STAMP_TASK, res={"msg": "broken"}))
        return "successful"

    def at(self, kinds: set[str], host: str, role: str) -> int | None:
        """When one of these kinds was written of a unit."""
        return next(
            (n for n, (kind, *unit) in enumerate(self.kinds) if kind in kinds and unit == [host, role]), None
        )


def carried_out(
    parts: Slow, units: Iterable[tuple[str, str]], after: Mapping[str, tuple[str, ...]]
) -> tuple[Outcome, CodeDigests]:
    town, code = rendering((host, role, {}) for host, role in units), replace(CODE, after=after)
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    with TemporaryDirectory() as folder:
        order = Order("run", Path(folder), tolerated=ALL)
        return apply(plan(town, code, LedgerState()), town, code, order, tools), code


units = st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from(ROLES)), unique=True, max_size=12)
orders = st.dictionaries(st.sampled_from(ROLES), st.lists(st.sampled_from(ROLES)).map(tuple))


@given(
    units,
    orders,
    st.sets(st.tuples(st.sampled_from(HOSTS), st.sampled_from(ROLES)), max_size=3),
    st.sampled_from(ROLES),
    st.integers(1, 3),
)
@settings(deadline=None, max_examples=150)
def test_every_unit_has_an_end_and_nothing_begins_before_what_it_comes_after_is_over(
    drawn: list[tuple[str, str]],
    after: dict[str, tuple[str, ...]],
    fails: set[tuple[str, str]],
    slow: str,
    places: int,
) -> None:
    """Sabotage: let a play begin without its turn, or let a lane that waits keep its place."""
    wanted = sorted(drawn, key=lambda unit: (ROLES.index(unit[1]), unit[0]))
    parts = Slow(fails=frozenset(fails), slow=slow)
    with patch("orchestrator.apply.course.LANES_AT_ONCE", places):
        outcome, code = carried_out(parts, wanted, after)
    plays = run_plays(plan(rendering((h, r, {}) for h, r in wanted), code, LedgerState()).waves, code.plays)
    lost: dict[str, int] = {}
    behind: list[set[int]] = []
    for number, play in enumerate(plays):
        named = after.get(play.role)
        direct = {
            n
            for n, earlier in enumerate(plays[:number])
            if named is None or earlier.role in named or set(earlier.hosts) & set(play.hosts)
        }
        behind.append(direct.union(*(behind[n] for n in direct)))
        for unit in play.units:
            if unit.host in lost:
                assert parts.at({"started"}, unit.host, play.role) is None
                continue
            began = parts.at({"started"}, unit.host, play.role)
            assert began is not None
            for earlier in (plays[n] for n in behind[number]):
                ends = [parts.at({"applied", "failed"}, host, earlier.role) for host in earlier.hosts]
                assert all(end < began for end in ends if end is not None)
            if (unit.host, play.role) in fails:
                lost[unit.host] = number
    ends = {(one.unit.host, one.unit.role): one.state for one in outcome.units}
    assert set(ends) == set(wanted)
    assert all(state == "failed" for unit, state in ends.items() if unit in fails and state != "not started")


PC = [("a", "base"), ("b", "base"), ("b", "directory"), ("c", "domain_member"), ("c", "workstation")]
AFTER = {"base": (), "directory": (), "domain_member": ("base",), "workstation": ("directory",)}


def test_a_host_goes_on_in_one_run_of_ansible_and_waits_there_for_others() -> None:
    """Sabotage: begin a new lane for every play that waits for two."""
    parts = Slow(slow="directory")
    outcome, _ = carried_out(parts, PC, AFTER)
    assert outcome.succeeded
    assert parts.jobs == 2
    order = [unit for kind, *unit in parts.kinds if kind in {"applied", "started"}]
    assert order.index(["c", "workstation"]) > len(order) - 1 - order[::-1].index(["b", "directory"])


THERE_AND_BACK = [
    ("c", "base"),
    ("d", "base"),
    ("a", "directory"),
    ("c", "dhcp_server"),
    ("c", "domain_member"),
]
AND_BACK = {
    "base": (),
    "directory": ("base",),
    "dhcp_server": ("base",),
    "domain_member": ("dhcp_server", "directory"),
}


@pytest.mark.parametrize("places", [1, 4])
def test_who_waits_at_a_gate_tells_what_is_over_and_leaves_its_place(places: int) -> None:
    """Sabotage: tell that plays are over only when Ansible ends, or keep the place while waiting."""
    parts = Slow(slow="directory")
    with patch("orchestrator.apply.course.LANES_AT_ONCE", places):
        outcome, _ = carried_out(parts, THERE_AND_BACK, AND_BACK)
    assert outcome.succeeded
    assert parts.jobs == 2


def test_a_lane_that_lost_a_host_is_cut_before_it_waits_for_those_that_wait_for_it() -> None:
    """Sabotage: wait at the gate while a unit of the same run of Ansible is in doubt."""
    parts = Slow(fails=frozenset({("d", "base")}))
    outcome, _ = carried_out(parts, THERE_AND_BACK, AND_BACK)
    assert [one.state for one in outcome.units] == ["applied", "failed", "applied", "applied", "applied"]
    assert parts.jobs == 3


def test_a_host_that_another_lane_lost_while_this_one_waited_is_left_out() -> None:
    """Sabotage: leave out hosts that were lost only when a run of Ansible begins."""
    parts = Slow(fails=frozenset({("d", "directory")}))
    wanted = [("c", "base"), ("d", "directory"), ("c", "dhcp_server"), ("d", "workstation")]
    after = {
        "base": (),
        "directory": (),
        "dhcp_server": ("base", "directory"),
        "workstation": ("dhcp_server",),
    }
    outcome, _ = carried_out(parts, wanted, after)
    assert [one.state for one in outcome.units] == ["applied", "failed", "applied", "not started"]
    assert ("started", "d", "workstation") not in parts.kinds


@pytest.mark.parametrize("followers", ["d", "ad"])
@pytest.mark.parametrize("fails", [{("c", "base")}, {("c", "base"), ("b", "dhcp_server")}])
def test_a_play_without_a_host_lets_nobody_overtake_what_it_waits_for(
    fails: set[tuple[str, str]], followers: str
) -> None:
    """Sabotage: ask at a gate or at a start only for what the very play needs, or call such a play over."""
    parts = Slow(slow="directory", seconds=0.5, fails=frozenset(fails))
    wanted = [("c", "base"), ("a", "directory"), *((host, "dhcp_server") for host in "bcd")]
    wanted += [("c", "domain_member"), *zip(followers, ("workstation", "backup_client"), strict=False)]
    after = {"base": (), "directory": ("base",), "dhcp_server": (), "domain_member": ("directory",)}
    after |= dict.fromkeys(("workstation", "backup_client"), ("domain_member",))
    outcome, _ = carried_out(parts, wanted, after)
    ends = {(one.unit.host, one.unit.role): one.state for one in outcome.units}
    assert ends["c", "domain_member"] == "not started"
    for unit in wanted[-len(followers) :]:
        assert ends[unit] == "applied"
        assert parts.at({"applied"}, "a", "directory") < parts.at({"started"}, *unit)


def test_one_ansible_after_the_other_starts_on_one_processor() -> None:
    """Sabotage: start whatever has its turn at once."""
    starting: list[int] = []

    class Starting(Slow):
        def run(self, job: Job, hear: Hear) -> str:
            starting.append(1)
            assert sum(starting) == 1
            time.sleep(0.05)

            def heard(event: Mapping[str, Any]) -> bool:
                starting.clear()
                return hear(event)

            return super().run(job, heard)

    parts = Starting()
    with patch("os.cpu_count", return_value=1):
        outcome, _ = carried_out(
            parts, [(host, role) for host, role in zip(HOSTS, ROLES, strict=False)], FREE
        )
    assert outcome.succeeded
    assert parts.jobs == len(HOSTS)
