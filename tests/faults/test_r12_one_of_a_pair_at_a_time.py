"""R12: two hosts that stand in for each other never change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator import pipeline
from orchestrator.apply.lanes import lanes
from orchestrator.apply.playbook import run_plays
from orchestrator.desired import Desired
from orchestrator.model.plan import PlannedUnit, Wave
from orchestrator.model.record import Entry
from orchestrator.model.rendering import Play
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.outlook import outlook
from orchestrator.plan.batches import apart
from orchestrator.prospect import Prospect
from orchestrator.report.plan_text import plan_text
from tests.apply.test_lanes import AFTER, behind
from tests.faults.test_r01_killed_controller import TOWN, prepared

UNKNOWN = ("", "", "", "")
Heard = Callable[[Check], None]
BOTH = (("lab-dc1", "base"), ("lab-dc2", "base"))
ROLES = ("base", "directory", "dhcp_server", "workstation")
HOSTS = {"dc1": ("dc",), "dc2": ("dc",), "fw1": ("fw", "relay"), "fw2": ("fw",), "pc1": (), "pc2": ()}


def test_of_two_controllers_one_changes_and_is_checked_before_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: take `availability: true` out of roles/domain_controller/meta/townhall.yml."""
    machines, _ = prepared(tmp_path, monkeypatch, BOTH)
    shown: list[str] = []

    def agreed(prospect: Prospect) -> bool:
        shown.append(plan_text(outlook(prospect.foreseen, TOWN)))
        return True

    done = pipeline.apply_town(TOWN, agreed, pipeline.Options(hands=machines.hands))
    assert done is not None and done.succeeded
    assert machines.happened()[:3] == [
        ["change", "lab-dc1", "base"],
        ["check", "lab-dc1", "base"],
        ["change", "lab-dc2", "base"],
    ]
    assert "in 2 batches, each checked before the next: lab-dc1; then lab-dc2" in shown[0]


def test_the_second_controller_stays_as_it_is_when_the_first_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: begin the next batch whatever the checks found."""
    machines, ledger = prepared(tmp_path, monkeypatch, BOTH)
    machines.forget.add("lab-dc1")
    done = pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=machines.hands))
    assert done is not None and not done.succeeded
    assert "lab-dc2" not in {host for word, host, _ in machines.happened() if word == "change"}
    assert ledger.state().units["lab-dc1", "base"].event == "unproven"


def test_the_first_controller_owes_nothing_to_a_second_that_never_came_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a town that lost its second controller while it was made would never get past the first.

    Sabotage: say nothing of the ledger to the checks, or ask for it once, before the run.
    """
    machines, ledger = prepared(tmp_path, monkeypatch, BOTH)
    monkeypatch.setattr(pipeline, "vault_files", lambda *_: ())
    lost = ("lab-dc2", "domain_controller")
    ledger.append([Entry("failed", "before", *lost, *UNKNOWN)])
    expected: list[bool] = []

    def verify(wanted: Desired, root: Path, selection: Selection, heard: Heard) -> Verdict:
        expected.append(lost not in selection.unready)
        return machines.verify(wanted, root, selection, heard)

    hands = replace(machines.hands, verify=verify)
    done = pipeline.apply_town(TOWN, lambda _: True, pipeline.Options(hands=hands))
    assert done is not None and done.succeeded
    assert (expected[0], expected[-1]) == (False, True)
    assert ledger.state().units[lost].event == "verified"


def test_a_verification_by_itself_expects_everything_whatever_the_ledger_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain Ansible writes no ledger, and its machines are checked all the same.

    Sabotage: leave out in every verification what the ledger does not know as done.
    """
    machines, _ = prepared(tmp_path, monkeypatch, (("lab-dc1", "domain_controller"),))
    expected: list[frozenset[tuple[str, str]]] = []

    def verify(wanted: Desired, root: Path, selection: Selection, heard: Heard) -> Verdict:
        expected.append(selection.unready)
        return Verdict(())

    options = pipeline.Options(hands=replace(machines.hands, verify=verify))
    pipeline.prove(pipeline.look(TOWN), options, Selection(scope="role"))
    assert expected == [frozenset()]


_waves = st.lists(
    st.dictionaries(st.sampled_from(sorted(HOSTS)), st.sampled_from(ROLES), min_size=1), max_size=5
)


@given(_waves, st.booleans())
def test_no_two_plays_that_may_run_at_once_hold_both_of_a_pair(
    drawn: list[dict[str, str]], in_service: bool
) -> None:
    """Sabotage: look for pairs within a wave only, or within a batch only."""
    plays = {number: Play(number, "w", "g", ROLES, True, True) for number in range(len(drawn))}
    waves = [
        Wave(
            number,
            "w",
            tuple(
                PlannedUnit(
                    host, role, number, "", "", "", "", False, stands_in=HOSTS[host], in_service=in_service
                )
                for host, role in sorted(hosts.items(), key=lambda pair: (ROLES.index(pair[1]), pair[0]))
            ),
        )
        for number, hosts in enumerate(drawn)
    ]
    found = lanes(run_plays(waves, plays), AFTER)
    for play in (play for lane in found for play in lane.plays):
        assert not any(apart(one, other) for one in play.units for other in play.units)
    waited = behind(found)
    ordered = [play for lane in found for play in lane.plays]
    for one, other in combinations(ordered, 2):
        if other.name not in waited[one.name] and one.name not in waited[other.name]:
            assert not any(apart(mine, theirs) for mine in one.units for theirs in other.units)
