"""What may be applied: a merged commit as it lies there, byte for byte; anything else is refused by name."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.ground import Footing
from tests.golden import Golden
from tests.merged.town import ADDED, HELPED, MergedTown

GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]


def refused(town: MergedTown, footing: Footing | None = None) -> Refused:
    """Why an apply is refused; nothing is run then."""
    with pytest.raises(Refused) as error:
        town.apply(footing)
    assert town.doubles.ran == []
    return error.value


def codes(town: MergedTown, footing: Footing | None = None) -> list[str]:
    """The codes of that."""
    return [problem.code for problem in refused(town, footing).problems]


def test_a_merged_line_is_applied_and_a_second_apply_has_nothing_to_do(town: MergedTown) -> None:
    """Sabotage: leave the merged commit out of the run's record."""
    assert town.apply() is not None
    commit = town.merge(ADDED)
    town.update()
    done = town.apply(Footing(commit=commit))
    assert done is not None
    assert done.succeeded
    assert ("lab-pc-0003", "workstation") in town.doubles.ran
    assert {host for host, _ in town.doubles.ran} == {*HELPED, "lab-pc-0003"}
    assert town.apply() is None


def test_a_line_that_goes_is_taken_back_and_the_machine_is_retired(town: MergedTown) -> None:
    """Sabotage: leave the retired entries out of carry_out."""
    town.apply()
    town.merge(ADDED)
    town.update()
    town.apply()
    town.admin.git("revert", "--no-edit", "HEAD")
    town.admin.git("push", "-q", "origin", "main")
    town.update()
    done = town.apply()
    assert done is not None
    assert done.retired == ("lab-pc-0003",)
    assert {host for host, _ in town.doubles.ran} == HELPED
    assert town.apply() is None
    kinds = [record.entry.kind for record in town.ledger().records(host="lab-pc-0003")]
    assert kinds[-1] == "retired"


def test_a_machine_is_not_retired_before_all_that_named_it_is_taken_back(town: MergedTown) -> None:
    """Sabotage: retire whatever the outcome was."""
    town.merge(ADDED)
    town.update()
    town.apply()
    town.admin.git("revert", "--no-edit", "HEAD")
    town.admin.git("push", "-q", "origin", "main")
    town.update()
    town.doubles.broken.add("lab-dhcp1")
    done = town.apply()
    assert done is not None
    assert done.retired == ()
    town.doubles.broken.clear()
    town.doubles.failing_checks = True
    assert town.apply().retired == ()  # type: ignore[union-attr]
    town.doubles.failing_checks = False
    again = town.apply()
    assert again is not None
    assert again.retired == ("lab-pc-0003",)


def test_an_edited_file_is_refused(town: MergedTown, golden: Golden) -> None:
    """Sabotage: look at the inventory's own folder only."""
    path = town.inventory / "hosts/workstations.yml"
    path.write_text(path.read_text() + "# hand\n")
    golden("apply_refusals/an_edited_file", refused(town))
    path.write_text(path.read_text().removesuffix("# hand\n"))
    (town.runner / "stray.yml").write_text("")
    assert codes(town) == ["TH-APPLY-DIRTY"]


def test_a_file_that_git_was_told_to_overlook_is_refused_all_the_same(town: MergedTown) -> None:
    """Sabotage: believe git status alone."""
    path = town.inventory / "hosts/workstations.yml"
    call = ["git", "-C", str(town.runner), "update-index", "--assume-unchanged", str(path)]
    subprocess.run(call, check=True)
    path.write_text(path.read_text() + "# hand\n")
    assert codes(town) == ["TH-APPLY-DIRTY"]


def test_a_commit_that_nobody_merged_is_refused(town: MergedTown, golden: Golden) -> None:
    """Sabotage: take any commit for a merged one."""
    subprocess.run([*GIT, "-C", str(town.runner), "commit", "-q", "--allow-empty", "-m", "mine"], check=True)
    golden("apply_refusals/a_commit_that_nobody_merged", refused(town))


def test_another_commit_than_the_one_asked_for_is_refused(town: MergedTown, golden: Golden) -> None:
    """Sabotage: compare only the first letter."""
    commit = town.merge(ADDED)
    golden("apply_refusals/another_commit", refused(town, Footing(commit=commit)))
    town.update()
    assert codes(town, Footing(commit=commit[:6])) == ["TH-APPLY-COMMIT"]


def test_a_commit_that_waited_too_long_does_not_turn_the_town_back(town: MergedTown, golden: Golden) -> None:
    """Sabotage: leave out the question for newer runs."""
    old = town.update()
    town.merge(ADDED)
    town.update()
    town.apply()
    subprocess.run(["git", "-C", str(town.runner), "checkout", "-q", "--detach", old], check=True)
    golden("apply_refusals/an_older_commit", refused(town, Footing(commit=old)))


def test_a_folder_outside_of_git_is_refused(town: MergedTown, tmp_path: Path, golden: Golden) -> None:
    """Sabotage: take a folder without a repository for a lab."""
    shutil.copytree(town.inventory, tmp_path / "loose" / "lab")
    with pytest.raises(Refused) as error:
        town.apply(root=tmp_path / "loose" / "lab")
    golden("apply_refusals/a_folder_outside_of_git", error.value)


def test_a_branch_that_is_not_there_is_named(town: MergedTown, golden: Golden) -> None:
    """Sabotage: take a missing branch for the work tree's own."""
    golden("apply_refusals/a_branch_that_is_not_there", refused(town, Footing(into="origin/live")))
