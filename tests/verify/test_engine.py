"""The engine of the checks, tried with checks that need no machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestrator.desired import PROJECT, desired
from orchestrator.errors import TownhallError
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.verify import verify
from orchestrator.verify.run import CHECKS

LAB = PROJECT / "inventories" / "lab"
WANTED = desired(LAB)
PCS = ["lab-pc-0001", "lab-pc-0002"]
FILE = """
import pytest

pytestmark = pytest.mark.role("workstation")


def test_the_pc_has_a_person(machine, arguments):
    assert arguments["workstation_person"]["account"] != "j.jovanovic", "it is hers"


@pytest.mark.town
def test_the_town_has_pcs(intent):
    assert len(intent.placements) > 5


def test_not_tried(machine):
    pytest.skip("no camera")
"""


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    shutil.copy(CHECKS / "conftest.py", tmp_path)
    (tmp_path / "test_people.py").write_text(FILE)
    return tmp_path


def tried(checks: Path, selection: Selection) -> Verdict:
    return verify(WANTED, LAB, selection, checks=checks)


def held(verdict: Verdict) -> dict[tuple[str, str], bool]:
    return {(check.host, check.sentence): check.passed for check in verdict.checks}


def test_a_check_runs_on_each_machine_that_carries_its_role(checks: Path) -> None:
    """Sabotage: parametrise over the first host only."""
    found = held(tried(checks, Selection()))
    assert found[PCS[0], "the pc has a person"] is False
    assert found[PCS[1], "the pc has a person"] is True
    assert found["", "the town has pcs"] is True


def test_the_reason_of_a_failure_is_told(checks: Path) -> None:
    """Sabotage: leave `why` empty."""
    (failed,) = [check for check in tried(checks, Selection()).failures if "person" in check.sentence]
    assert failed.why.startswith("AssertionError: it is hers")


def test_a_check_that_was_not_tried_has_not_passed(checks: Path) -> None:
    """Sabotage: count a skipped check as passed."""
    skipped = [check for check in tried(checks, Selection()).checks if check.sentence == "not tried"]
    assert [(check.passed, check.why) for check in skipped] == [(False, "not tried: no camera")] * 2


def test_the_scope_of_a_role_leaves_out_checks_of_the_whole_town(checks: Path) -> None:
    """Sabotage: ignore the scope."""
    assert ("", "the town has pcs") not in held(tried(checks, Selection(scope="role")))


@pytest.mark.parametrize(
    "selection",
    [
        Selection(hosts=frozenset({PCS[0]})),
        Selection(units=frozenset({(PCS[0], "workstation")})),
    ],
)
def test_only_selected_machines_are_tried(checks: Path, selection: Selection) -> None:
    """Sabotage: ignore the selected hosts."""
    assert {check.host for check in tried(checks, selection).checks} == {"", PCS[0]}


def test_another_role_tries_nothing(checks: Path) -> None:
    """Sabotage: ignore the selected roles."""
    assert not tried(checks, Selection(roles=frozenset({"dhcp_server"}))).checks


def test_each_check_is_told_as_soon_as_it_is_over(checks: Path) -> None:
    """Sabotage: tell only at the end."""
    told: list[Check] = []
    verdict = verify(WANTED, LAB, Selection(), told.append, checks)
    assert sorted(told) == list(verdict.checks)


def test_a_file_that_cannot_be_read_is_an_error_and_not_an_empty_verdict(checks: Path) -> None:
    """Sabotage: return an empty verdict for a broken file."""
    (checks / "test_broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(TownhallError, match="nothing_of_this_name"):
        tried(checks, Selection())


def test_the_arguments_of_a_check_never_show_a_secret_in_its_failure(checks: Path) -> None:
    """Sabotage: leave the reason as pytest writes it."""
    from orchestrator.verify.secrets import Secrets

    secrets = Secrets(LAB)
    secrets.given("hunter2 is long enough")
    assert secrets.hidden("it was 'hunter2 is long enough'") == "it was '***'"
