"""What the merged request is told, whatever became of it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import typer

from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.cli.failure import tell
from orchestrator.cli.main import run
from orchestrator.errors import MachineError, Problem, Refused
from orchestrator.ground import Footing
from orchestrator.model.verdict import Check, Verdict
from orchestrator.pipeline import Options
from orchestrator.report.outcome_text import verdict_text
from orchestrator.told import reported
from tests.merged.town import MergedTown

EVIL = "\x1b[2J\x1b]0;mine\x07\x9b31m\u202e\r\x08all is well"


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


def test_what_a_machine_says_cannot_play_with_the_terminal(
    town: MergedTown, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: print the outcome, the progress, the ledger, a check or an error as it is."""
    town.doubles.broken.add("lab-dhcp1")
    town.doubles.said = EVIL

    def refuse() -> int:
        return tell(Refused([Problem(f"{EVIL}:1", "TH-CHARACTER", EVIL, EVIL, EVIL)]), as_json=False)

    def check() -> None:
        typer.echo(
            verdict_text(Verdict((Check("dhcp", "", "dhcp_server", "leases come", False, EVIL, 0.1),)))
        )

    for speak in (
        lambda: carry_out(town.inventory, Wish(yes=True, json=False), Options(hands=town.doubles.hands)),
        lambda: run(["ledger", "show", "-i", str(town.inventory)]),
        lambda: tell(MachineError(EVIL), as_json=False),
        refuse,
        check,
    ):
        speak()
        said = "".join(capsys.readouterr())
        assert "all is well" in said
        assert [one for one in said if unicodedata.category(one)[0] == "C" and one != "\n"] == []
