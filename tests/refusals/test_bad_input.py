"""S-01 to S-18 and S-23: each row of bad input is refused under its code, and nothing is executed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.contracts.role_files import REPOSITORY
from tests.load.towns import changed, lab_files, problems_of
from tests.refusals.rows import CASES, MORE

ERRORS = REPOSITORY / "tests/cases/errors"
PROMISES = REPOSITORY / "docs/reference/promises.yml"
ROWS = {f"S-{number:02}" for number in range(1, 28)} - {"S-21"}
FAULTS = {f"R{number}" for number in range(1, 23)} - {"R15", "R16", "R17", "R21"}
"""S-21 belongs to the webhook, S-28 and R15 to R17 to several control nodes, R21 to restore drills."""


@pytest.mark.parametrize(
    ("row", "case"), [(row, case) for row, cases in sorted(CASES.items()) for case in cases]
)
def test_a_row_of_bad_input_is_refused_under_its_code(row: str, case: str) -> None:
    """Sabotage: drop the rule of any row."""
    change = yaml.safe_load((ERRORS / case / "change.yml").read_text(encoding="utf-8"))
    found = {problem.code for problem in problems_of(changed(lab_files(), change))}
    assert CASES[row][case] in found


@pytest.mark.parametrize(
    ("row", "text"), [(row, text) for row, texts in sorted(MORE.items()) for text in texts]
)
def test_a_further_mistake_of_a_row_is_refused_at_its_line(row: str, text: str) -> None:
    """Sabotage: read addresses with strict=False, or ports with int()."""
    (path,) = MORE[row][text]["replace"]
    problems = problems_of(changed(lab_files(), MORE[row][text]))
    assert any(problem.place.startswith(f"{path}:") for problem in problems)
    assert all(problem.remedy and problem.code.startswith("TH-") for problem in problems)


def test_every_row_has_its_promise() -> None:
    """Sabotage: take a row's promise away."""
    promised = yaml.safe_load(PROMISES.read_text(encoding="utf-8"))
    named = {word.rstrip(":,") for one in promised for word in one["promise"].split()}
    assert named >= ROWS | FAULTS


def test_the_page_of_cases_is_whole() -> None:
    """Sabotage: name a case that is not there."""
    assert [case for cases in CASES.values() for case in cases if not Path(ERRORS / case).is_dir()] == []
