"""The command's frame: exit codes, words and documents, and how quickly it starts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.cli.main import VERBS, run
from tests.load.towns import LAB, REPOSITORY

ONBOARD = [
    "onboard",
    "lab-pc-0003",
    "--mac",
    "52-54-00-12-00-03",
    "--socket",
    "A-103-2",
    "--person",
    "m.petrovic",
]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the lab's inventory."""
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def test_a_right_town_ends_with_0_and_one_line(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: print nothing."""
    assert run(["check", "-i", str(town)]) == 0
    assert capsys.readouterr().out == "lab: 10 hosts, 4 people, 7 networks, 5 flows: every line is right\n"


def test_problems_end_with_1_all_on_the_error_stream(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: stop at the first problem."""
    file = town / "hosts/workstations.yml"
    file.write_text(file.read_text().replace("A-101-1", "A-101-9").replace("lj.djordjevic", "lj.djordevic"))
    assert run(["check", "-i", str(town)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "hosts/workstations.yml:3: A-101-9: no such socket in cabling.yml" in said.err
    assert "hosts/workstations.yml:4: lj.djordevic: no such person in people.yml" in said.err
    assert "2 problems; nothing was executed" in said.err


def test_who_stops_a_command_is_told_how_to_go_on(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: hand on the code that Typer gives for Ctrl-C."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestrator.flows.rules.hold_rules", stopped)
    assert run(["check", "-i", str(town)]) == 1
    assert "stopped by you; the ledger knows what was done, and townhall resume" in capsys.readouterr().err


def test_problems_are_a_document_for_programs(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: print words under --json."""
    (town / "group_vars/all/policy.yml").unlink()
    assert run(["check", "--json", "-i", str(town)]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "townhall.error/1"
    assert [problem["code"] for problem in document["problems"]] == ["TH-FILE-MISSING"]


@pytest.mark.parametrize(
    "words",
    [
        ["chek"],
        ["check", "--fx"],
        ["check", "-i"],
        ["check", "extra"],
        ["check", "-i", "nowhere"],
        ["onboard", "--json"],
    ],
)
def test_wrong_use_ends_with_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: let click choose the code, which is 2."""
    assert run(words) == 64
    assert "Traceback" not in capsys.readouterr().err


def test_every_verb_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: drop a verb from the list."""
    assert run([]) == 0
    said = capsys.readouterr().out
    assert [verb for verb in VERBS if f"\n  {verb} " not in said] == []


def test_a_technician_onboards_twice_and_the_second_time_changes_nothing(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: append without looking."""
    words = [*ONBOARD, "-i", str(town)]
    assert run(words) == 0
    first = {path: path.read_bytes() for path in town.rglob("*.yml")}
    assert "townhall plan" in capsys.readouterr().out
    assert run(words) == 0
    assert {path: path.read_bytes() for path in town.rglob("*.yml")} == first
    assert "nothing was changed" in capsys.readouterr().out
    assert run(["check", "-i", str(town)]) == 0


def test_a_refused_machine_leaves_every_file_as_it_was(town: Path) -> None:
    """Sabotage: write before loading."""
    before = {path: path.read_bytes() for path in sorted(town.rglob("*")) if path.is_file()}
    assert run([*ONBOARD[:5], "A-103-9", *ONBOARD[6:], "-i", str(town)]) == 1
    assert {path: path.read_bytes() for path in sorted(town.rglob("*")) if path.is_file()} == before


def test_a_fix_is_refused_while_another_line_is_wrong(town: Path) -> None:
    """Sabotage: write the fix although the town stays wrong."""
    file = town / "hosts/workstations.yml"
    text = file.read_text().replace("address: 198.18.10.51, ", "").replace("B-201-1", "B-201-9")
    file.write_text(text)
    assert run(["check", "--fix", "-i", str(town)]) == 1
    assert file.read_text() == text


def test_the_command_starts_without_loading_the_house() -> None:
    """Sabotage: import pydantic in orchestrator/cli/main.py."""
    call = [sys.executable, "-X", "importtime", "-m", "orchestrator.cli.main", "--help"]
    loaded = subprocess.run(call, cwd=REPOSITORY, capture_output=True, text=True, check=True).stderr
    heavy = {"pydantic", "yaml", "ansible", "netmiko", "jinja2", "sqlite3"}
    assert heavy & {line.rpartition("|")[2].strip() for line in loaded.splitlines()} == set()
