"""A plan of what is pending is good for one apply, whatever came of it: that one's beginning is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.model.record import Entry
from orchestrator.pipeline import Done, look
from orchestrator.prospect import Prospect
from orchestrator.saved_plan import hold_to, read_saved, save_apply
from tests.merged.town import ADDED, HELPED, MergedTown


@pytest.fixture
def kept(town: MergedTown, tmp_path: Path) -> Path:
    """The plan of one more PC, in a town where all else is applied."""
    town.apply()
    town.merge(ADDED)
    town.update()
    save_apply(tmp_path / "plan.json", look(town.inventory), 0)
    return tmp_path / "plan.json"


def use(town: MergedTown, kept: Path) -> Done | None:
    """Apply what a kept plan says, as `apply --plan` does."""

    def agreed(prospect: Prospect) -> bool:
        hold_to(read_saved(kept), prospect, kept)
        return True

    return town.apply(agreed=agreed)


def refusal(town: MergedTown, kept: Path) -> Refused:
    """Why a plan is refused; nothing is run then."""
    with pytest.raises(Refused) as refused:
        use(town, kept)
    assert town.doubles.ran == []
    assert "TH-PLAN-LEDGER" in {problem.code for problem in refused.value.problems}
    return refused.value


@pytest.mark.parametrize("broken", [{"lab-pc-0003"}, {*HELPED, "lab-pc-0003"}], ids=["in part", "wholly"])
def test_a_plan_whose_apply_failed_is_not_used_again(town: MergedTown, kept: Path, broken: set[str]) -> None:
    """Sabotage: hold a plan to the ledger's units, and not to its records."""
    town.doubles.broken |= broken
    done = use(town, kept)
    assert done is not None
    assert not done.succeeded
    town.doubles.broken.clear()
    refusal(town, kept)


def test_a_plan_whose_run_was_cut_off_is_not_used_again(town: MergedTown, kept: Path) -> None:
    """Sabotage: record a run at its end."""
    town.doubles.cut_off = True
    with pytest.raises(RuntimeError):
        use(town, kept)
    town.doubles.cut_off = False
    refusal(town, kept)


def test_a_plan_that_was_carried_out_does_nothing_again_and_is_refused_for_the_same_units(
    town: MergedTown, kept: Path
) -> None:
    """Sabotage: hold a plan to the ledger's units, and not to its records."""
    done = use(town, kept)
    assert done is not None
    assert done.succeeded
    assert use(town, kept) is None
    assert town.doubles.ran == []
    with_ledger = town.ledger()
    with_ledger.append(Entry("failed", "later", *unit[:2]) for unit in read_saved(kept).units)
    with_ledger.close()
    assert [problem.code for problem in refusal(town, kept).problems] == ["TH-PLAN-LEDGER"]
