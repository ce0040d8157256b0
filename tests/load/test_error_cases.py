"""Golden error cases: a change of the lab's lines that is wrong, and exactly what its author is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.golden import Golden
from tests.load.towns import REPOSITORY, changed, lab_files, problems_of

CASES = sorted(path.parent for path in (REPOSITORY / "tests/cases/errors").glob("*/change.yml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_refused_with_place_value_reason_and_remedy(case: Path, golden: Golden) -> None:
    """Sabotage: swap reason and remedy in any rule, or drop the rule."""
    change = yaml.safe_load((case / "change.yml").read_text(encoding="utf-8"))
    said = "".join(f"{problem}\n" for problem in problems_of(changed(lab_files(), change)))
    assert said
    golden(f"errors/{case.name}/expected", said)


def test_there_are_at_least_45_cases_and_the_lab_itself_is_right() -> None:
    """Sabotage: delete cases, or write an unknown socket into the lab."""
    assert len(CASES) >= 45
    assert problems_of(lab_files()) == ()
