"""What every refusal says is kept in a golden text: place, value, reason, remedy and code."""

from __future__ import annotations

import re

import pytest

from tests.contracts.role_files import REPOSITORY
from tests.golden import CASES

CODE = re.compile(r"TH-[A-Z0-9]+(?:-[A-Z0-9]+)*")
MADE = re.compile(r'f"(TH-[A-Z]+-)\{code\}"')
PARTS = re.compile(r'"([A-Z]{3,})"')
AS_AN_EXAMPLE = {"TH-ADDR-OUTSIDE"}


def codes() -> set[str]:
    """Every code that the program may say; some are made of a beginning and words of the same file."""
    found: set[str] = set()
    for path in sorted((REPOSITORY / "orchestrator").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        beginnings = MADE.findall(text)
        found |= {f"{start}{part}" for start in beginnings for part in PARTS.findall(text)}
        found |= set(CODE.findall(MADE.sub("", text)))
    return found - AS_AN_EXAMPLE


def told() -> set[str]:
    """Every code of a golden text."""
    texts = (path.read_text(encoding="utf-8") for path in CASES.rglob("*.txt"))
    return {code for text in texts for code in re.findall(rf"\[({CODE.pattern})\]", text)}


def test_every_refusal_has_its_golden_text() -> None:
    """Sabotage: delete a golden file, or refuse something under a new code without one."""
    assert codes() - told() == set()


@pytest.mark.parametrize("code", ["TH-PLAN-SECRET", "TH-CATALOGUE-SHAPE", "TH-FREEZE", "TH-TASK-SURVIVES"])
def test_a_code_is_found_however_it_is_written(code: str) -> None:
    """Sabotage: look for whole words in quotes alone."""
    assert code in codes()
