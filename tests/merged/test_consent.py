"""Whichever way machines are changed, rest and limits hold it; a resumed run keeps its ground."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from orchestrator.drifted import reverting
from orchestrator.errors import Refused
from orchestrator.ground import Footing
from orchestrator.model.drift import Concern, Difference, Drift, Spot
from orchestrator.pipeline import Done
from orchestrator.plan.consent import Consent
from orchestrator.undo import undoing
from tests.merged.test_undo import undo
from tests.merged.town import ADDED, HELPED, MergedTown

POLICY = "group_vars/all/policy.yml"
ANCHOR = "# Exceptions need"
REST = {
    "replace": {
        POLICY: {
            ANCHOR: f'freeze:\n  - {{from: "2000-01-01", to: "2099-12-31", reason: "elections"}}\n{ANCHOR}'
        }
    }
}
ALLOWED = Consent(despite_freeze="the cash desk waits")
FEW = {"replace": {POLICY: {"{tier: 2, changed: 50": "{tier: 2, changed: 1"}}}
WHY = "the forge is down"


def cut(town: MergedTown, footing: Footing | None = None, **options: Any) -> None:
    """A run of which nobody saw the end."""
    town.doubles.cut_off = True
    with pytest.raises(RuntimeError):
        town.apply(footing, **options)
    town.doubles.cut_off = False


def of_resume(town: MergedTown) -> Mapping[str, Any]:
    town.merge(ADDED)
    town.update()
    cut(town, consent=ALLOWED)
    return {"only_rest": True}


def of_undo(town: MergedTown) -> Mapping[str, Any]:
    town.merge(ADDED)
    town.update()
    done = town.apply(consent=ALLOWED)
    assert done is not None
    return {"ground": undoing(town.inventory, done.outcome.run)[1]}


def of_revert(town: MergedTown) -> Mapping[str, Any]:
    spot = Spot("file", "/etc/x")
    changed = Difference("lab-pc-0001", "workstation", spot, Concern.REST, "/etc/x was changed")
    return {"narrow": reverting(Drift("lab", (), (changed,)), town.doubles.hands)}


def of_commit(town: MergedTown) -> Mapping[str, Any]:
    town.merge(ADDED)
    return {"footing": Footing(town.update())}


def of_glass(town: MergedTown) -> Mapping[str, Any]:
    town.merge(ADDED)
    town.update()
    return {"footing": Footing(glass=WHY)}


@pytest.mark.parametrize("way", [of_resume, of_undo, of_revert, of_commit, of_glass])
def test_every_way_to_change_machines_waits_on_a_day_of_rest(
    town: MergedTown, way: Callable[[MergedTown], Mapping[str, Any]]
) -> None:
    """Sabotage: hold the consent in the verb `apply` alone."""
    town.merge(REST)
    town.update()
    assert town.apply(consent=ALLOWED) is not None
    options = way(town)
    with pytest.raises(Refused) as refused:
        town.apply(**options)
    assert [problem.code for problem in refused.value.problems] == ["TH-FREEZE"]
    assert town.doubles.ran == []
    done = town.apply(**options, consent=ALLOWED)
    assert done is not None
    assert told(town, done)["despite_freeze"] == ALLOWED.despite_freeze


def test_a_merged_commit_beyond_a_limit_waits_for_a_person(town: MergedTown) -> None:
    """Sabotage: take a merge for consent to any number of hosts."""
    town.merge(FEW)
    town.update()
    with pytest.raises(Refused) as refused:
        town.apply()
    (problem,) = refused.value.problems
    assert problem.code == "TH-LIMIT"
    hosts = int(problem.remedy.split()[-1])
    assert town.apply(consent=Consent(hosts)) is not None


def told(town: MergedTown, done: Done) -> dict[str, Any]:
    """What the ledger keeps of a run's beginning."""
    (record,) = [one for one in town.ledger().records(run=done.outcome.run) if one.entry.kind == "run"]
    return dict(json.loads(record.entry.details))


def test_a_resumed_run_goes_on_with_its_own_inventory_on_its_own_ground(town: MergedTown) -> None:
    """The forge was down, and so was the controller. Sabotage: stand on whatever lies there now."""
    town.apply()
    town.merge(ADDED)
    town.update()
    cut(town, Footing(glass=WHY))
    town.merge({"replace": {"group_vars/all/people.yml": {'post: "урбаниста"': 'post: "архитекта"'}}})
    town.update()
    done = town.apply(only_rest=True)
    assert done is not None and done.succeeded
    said = told(town, done)
    assert (said["ground"], said["reason"]) == ("break-glass", WHY)
    assert town.apply(only_rest=True) is None


def test_a_resumed_run_is_taken_back_as_one_with_what_it_went_on_with(town: MergedTown) -> None:
    """Sabotage: undo to the inventory of the very run before."""
    town.apply()
    town.merge(ADDED)
    town.update()
    cut(town)
    done = town.apply(only_rest=True)
    assert done is not None
    undone = undo(town, done.outcome.run)
    assert undone is not None and undone.succeeded
    assert {host for host, _ in town.doubles.ran} == HELPED


def test_a_second_attempt_is_in_nobodys_way(town: MergedTown) -> None:
    """Sabotage: want a run of the same inventory undone first."""
    town.apply()
    town.merge(ADDED)
    town.update()
    town.doubles.broken.add("lab-dhcp1")
    first = town.apply()
    town.doubles.broken.clear()
    assert first is not None and not first.succeeded
    assert town.apply() is not None
    undone = undo(town, first.outcome.run)
    assert undone is not None and undone.succeeded
    assert {host for host, _ in town.doubles.ran} == HELPED


def test_a_retirement_that_was_cut_off_is_finished_by_resume(town: MergedTown) -> None:
    """Sabotage: keep which hosts were to go out of a run's beginning."""
    town.apply()
    town.merge(ADDED)
    town.update()
    done = town.apply()
    assert done is not None
    cut(town, ground=undoing(town.inventory, done.outcome.run)[1])
    rest = town.apply(only_rest=True)
    assert rest is not None
    assert rest.retired == ("lab-pc-0003",)
