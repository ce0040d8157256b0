"""What runs side by side, and what never overtakes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.apply.lanes import Lane, lanes
from orchestrator.apply.playbook import RunPlay
from orchestrator.model.plan import PlannedUnit
from orchestrator.model.rendering import Play
from orchestrator.plan.units import (
    ARGUMENTS,
    BACKLOG,
    CODE,
    DRIFTED,
    NEW,
    RECREATED,
    ROLE,
    STAMP,
)

ROLES = ("switch", "base", "directory", "dhcp_server", "workstation")
AFTER = {"base": ("switch", "dhcp_server"), "directory": (), "workstation": ("directory",), "switch": ()}


def play(number: int, role: str, *hosts: str, reason: str = NEW) -> RunPlay:
    units = tuple(PlannedUnit(host, role, number, "", "", "", reason, False) for host in hosts)
    return RunPlay(f"{number} {role}", Play(number, role, "group", (role,), True, True), role, units)


def shape(found: tuple[Lane, ...]) -> list[list[tuple[str, list[str]]]]:
    return [[(play.name, sorted(lane.needs[play.name])) for play in lane.plays] for lane in found]


def test_the_directory_and_the_switches_change_side_by_side_and_a_new_pc_waits_for_both() -> None:
    """Sabotage: let every play wait for all earlier ones, or cut a lane wherever a play waits for two."""
    plays = [
        play(1, "switch", "sw1"),
        play(4, "directory", "dc1"),
        play(10, "base", "pc1"),
        play(10, "workstation", "pc1"),
    ]
    assert shape(lanes(plays, AFTER)) == [
        [("1 switch", [])],
        [("4 directory", [])],
        [("10 base", ["1 switch"]), ("10 workstation", ["4 directory"])],
    ]
    assert lanes(plays, AFTER)[-1].behind == {
        "10 base": {"1 switch"},
        "10 workstation": {"4 directory", "10 base"},
    }


@pytest.mark.parametrize("reason", [NEW, RECREATED, ROLE, CODE, STAMP, DRIFTED, *BACKLOG.values()])
def test_a_server_that_is_installed_waits_for_what_leads_to_its_packages(reason: str) -> None:
    """Sabotage: look at one unit of a play only, or let a unit go on whose last run failed."""
    there = play(2, "dhcp_server", "dhcp1", reason=ARGUMENTS)
    both = replace(there, units=(*there.units, *play(2, "dhcp_server", "dhcp2", reason=reason).units))
    order = {"firewall": (), "dhcp_server": ()}, {"dhcp_server": ("firewall",)}
    assert lanes([play(1, "firewall", "fw1"), there], *order)[1].behind == {"2 dhcp_server": frozenset()}
    (one,) = lanes([play(1, "firewall", "fw1"), both], *order)
    assert one.behind["2 dhcp_server"] == {"1 firewall"}


def test_a_play_goes_on_in_the_run_of_the_one_that_waits_for_nobody_else() -> None:
    """Sabotage: begin a run of Ansible for every play that waits for two, or leave the hosts' own run."""
    after = {"switch": (), "directory": (), "dhcp_server": (), "base": ("directory", "dhcp_server")}
    plays = [play(1, "directory", "a"), play(2, "dhcp_server", "b"), play(3, "base", "c")]
    assert shape(lanes(plays, after)) == [
        [("1 directory", []), ("3 base", ["2 dhcp_server"])],
        [("2 dhcp_server", [])],
    ]
    plays[2] = play(3, "base", "b")
    assert shape(lanes(plays, after))[1] == [("2 dhcp_server", []), ("3 base", ["1 directory"])]


def test_a_role_that_names_nothing_waits_for_all_and_a_chain_is_one_run() -> None:
    """Sabotage: take a role without `after` for one that needs nothing."""
    plays = [play(1, "switch", "sw1"), play(8, "dhcp_server", "dhcp1"), play(10, "base", "pc1")]
    assert shape(lanes(plays, AFTER)) == [
        [("1 switch", [])],
        [("8 dhcp_server", ["1 switch"]), ("10 base", [])],
    ]


@given(st.lists(st.tuples(st.sampled_from(ROLES), st.sets(st.sampled_from("abcd"), min_size=1)), max_size=12))
def test_no_play_overtakes_one_that_it_comes_after_or_one_of_its_own_hosts(
    drawn: list[tuple[str, set[str]]],
) -> None:
    """Sabotage: drop the question for common hosts."""
    plays = [play(number, role, *sorted(hosts)) for number, (role, hosts) in enumerate(drawn)]
    found = lanes(plays, AFTER)
    assert sorted(one.name for lane in found for one in lane.plays) == sorted(one.name for one in plays)
    waited = behind(found)
    for number, later in enumerate(plays):
        for earlier in plays[:number]:
            named = AFTER.get(later.role)
            if named is None or earlier.role in named or set(earlier.hosts) & set(later.hosts):
                assert earlier.name in waited[later.name]


def behind(found: tuple[Lane, ...]) -> dict[str, set[str]]:
    """Return for each play which are over when it begins."""
    direct = {
        play.name: lane.needs[play.name] | {one.name for one in lane.plays[:at]}
        for lane in found
        for at, play in enumerate(lane.plays)
    }
    waited: dict[str, set[str]] = {}
    while len(waited) < len(direct):
        ready = [name for name in direct.keys() - waited.keys() if direct[name] <= waited.keys()]
        assert ready, "plays wait for each other in a circle"
        for name in ready:
            waited[name] = set(direct[name]).union(*(waited[one] for one in direct[name]))
    return waited
