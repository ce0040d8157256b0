"""The page of seven requests says what the command says."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.model.request import NEW, ROLE
from tests.request.repository import Bare
from tests.request.seven import PAGE, SEVEN, page, plan_of


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("seven") / "bare")


def test_the_page_of_seven_requests_is_what_the_command_prints(tmp_path: Path) -> None:
    """Sabotage: change a word of the Markdown without `make docs`."""
    assert PAGE.read_text(encoding="utf-8") == page(Bare(tmp_path / "bare"))


@pytest.mark.parametrize("one", SEVEN, ids=lambda one: one.name)
def test_each_typical_request_is_planned_and_every_row_says_why(bare: Bare, one: object) -> None:
    """Sabotage: lose the lines of a row."""
    found = plan_of(bare, one)  # type: ignore[arg-type]
    assert not found.is_empty
    assert all(change.because for change in found.changes)


def test_a_new_pc_is_named_with_its_person_and_room(bare: Bare) -> None:
    """Sabotage: leave hosts without a base out of who is hit."""
    found = plan_of(bare, SEVEN[0])
    assert "new PC sg-pc-0133 for Војислав Поповић (v.popovic)" in found.summary + found.headlines[0].text
    assert [one.name for one in found.hit.rooms] == ["A-003 (Техничка подршка)"]
    assert {host for change in found.changes if change.kind == NEW for host in change.hosts} == {"sg-pc-0133"}


def test_no_value_of_a_secret_is_in_a_plan_and_its_version_is(bare: Bare) -> None:
    """Sabotage: render the reference's template."""
    found = plan_of(bare, SEVEN[6])
    assert "version 1 -> 2" in found.summary
    assert "secret_" not in "".join(line for change in found.changes for line in change.differences)


def test_a_role_change_reaches_all_of_its_hosts_and_claims_no_effect(bare: Bare) -> None:
    """Sabotage: show no unit where the arguments are the same."""
    found = plan_of(bare, SEVEN[5])
    (change,) = [one for one in found.changes if one.kind == ROLE]
    assert len(change.hosts) == 132
    assert change.differences == ("effect not derivable from data; see check mode after approval",)
