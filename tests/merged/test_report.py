"""What the merged request is told, whatever became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.ground import Footing
from orchestrator.told import reported
from tests.merged.town import MergedTown


def test_success_failure_refusal_and_nothing_each_have_their_words(town: MergedTown, tmp_path: Path) -> None:
    """Sabotage: write the file only when all went well."""
    file = tmp_path / "told.md"
    town.doubles.broken.add("lab-dhcp1")
    reported(file, town.apply)
    assert "**Not done**" in file.read_text()
    assert "lab-dhcp1: base failed: Stamp the unit: broken" in file.read_text()
    town.doubles.broken.clear()
    reported(file, town.apply)
    assert "**Applied and proven**" in file.read_text()
    assert "townhall undo" in file.read_text()
    reported(file, town.apply)
    assert file.read_text().startswith("**Nothing to do**")
    with pytest.raises(Refused):
        reported(file, lambda: town.apply(Footing(commit="0" * 40)))
    assert file.read_text().startswith("**Refused**")
    assert "TH-APPLY-COMMIT" in file.read_text()


def test_what_a_machine_says_stays_words(town: MergedTown, tmp_path: Path) -> None:
    """Sabotage: put the outcome into the text as it is."""
    file = tmp_path / "told.md"
    town.doubles.broken.add("lab-dhcp1")
    town.doubles.said = "```\n<img src=x> @everyone \x1b[31m"
    reported(file, town.apply)
    text = file.read_text()
    assert "\x1b" not in text
    inside = text.split("````")
    assert len(inside) == 3 or "<img" not in inside[0] + inside[-1]
