"""When the forge is down: what a person answers for is applied, and asked for until it is merged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import Refused
from orchestrator.ground import Footing
from tests.golden import Golden
from tests.load.towns import changed
from tests.merged.town import ADDED, MergedTown

WHY = "the forge is down, the cash desk waits"


def edit(town: MergedTown, change: dict[str, object] = ADDED) -> None:  # type: ignore[assignment]
    """Edit the runner's work tree and commit nothing."""
    root = town.inventory
    before = {path.relative_to(root).as_posix(): path.read_text() for path in sorted(root.rglob("*.yml"))}
    for name, text in changed(before, change).items():
        (root / name).write_text(text)


def opened(town: MergedTown) -> str:
    """A line was applied that nobody merged."""
    town.apply()
    edit(town)
    with pytest.raises(Refused):
        town.apply()
    done = town.apply(Footing(glass=WHY))
    assert done is not None
    assert ("lab-pc-0003", "workstation") in town.doubles.ran
    return done.outcome.run


def check(town: MergedTown, root: Path | None = None) -> int:
    """The exit code of townhall check."""
    return run(["check", "-i", str(root or town.inventory)])


def test_what_is_not_merged_is_applied_by_a_persons_word_and_the_ledger_says_so(town: MergedTown) -> None:
    """Sabotage: leave the ground out of the run's record."""
    name = opened(town)
    (record,) = [one for one in town.ledger().records(run=name) if one.entry.kind == "run"]
    said = json.loads(record.entry.details)
    assert (said["ground"], said["reason"]) == ("break-glass", WHY)


def test_it_works_while_nobody_reaches_the_forge(town: MergedTown) -> None:
    """Sabotage: fetch before an apply, or before a check."""
    town.apply()
    edit(town)
    away = town.bare.rename(town.bare.with_name("down"))
    done = town.apply(Footing(glass=WHY))
    assert done is not None and done.succeeded
    assert check(town) == 1
    away.rename(town.bare)


def test_check_fails_until_a_merged_commit_holds_what_was_applied(
    town: MergedTown, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: let any later merge close the glass."""
    assert check(town) == 0
    name = opened(town)
    assert check(town) == 1
    said = capsys.readouterr().err
    assert f"{name}: applied by" in said
    assert WHY in said
    assert "TH-GLASS-OPEN" in said
    town.merge({"replace": {"hosts/workstations.yml": {"lab-pc-0001:": "lab-pc-0001 :"}}}, "something else")
    town.update_by_force()
    assert check(town) == 1
    town.merge(ADDED)
    town.update_by_force()
    assert check(town) == 0
    assert town.apply() is not None or not town.doubles.ran
    assert check(town) == 0


def test_a_merged_apply_does_not_silently_take_the_help_away(town: MergedTown, golden: Golden) -> None:
    """Sabotage: let a merged commit be applied whatever the newest run was."""
    opened(town)
    town.update_by_force()
    with pytest.raises(Refused) as refused:
        town.apply()
    golden("apply_refusals/a_help_that_is_not_merged", refused.value)


def test_two_helps_need_both_to_be_merged(town: MergedTown) -> None:
    """Sabotage: hold the newest run against the one just before it."""
    opened(town)
    edit(town, {"replace": {"group_vars/all/people.yml": {'post: "урбаниста"': 'post: "архитекта"'}}})
    town.apply(Footing(glass=WHY))
    town.merge({"replace": {"group_vars/all/people.yml": {'post: "урбаниста"': 'post: "архитекта"'}}})
    town.update_by_force()
    assert check(town) == 1
    town.merge(ADDED)
    town.update_by_force()
    assert check(town) == 0


@pytest.mark.parametrize("words", [["--break-glass"], ["--reason", "x"], ["--break-glass", "--reason", " "]])
def test_a_glass_is_not_broken_without_a_reason(town: MergedTown, words: list[str]) -> None:
    """Sabotage: take an empty reason."""
    assert run(["apply", "-i", str(town.inventory), "--yes", *words]) == 64
