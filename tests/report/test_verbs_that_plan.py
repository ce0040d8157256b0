"""`plan`, `apply`, `verify` and `ledger` as they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.apply.code import code_digests
from orchestrator.cli.main import run
from orchestrator.desired import PROJECT, desired
from orchestrator.model.record import Entry
from orchestrator.plan.keys import current_keys
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path

LAB = str(PROJECT / "inventories" / "lab")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path))
    return tmp_path


def remember_everything() -> Ledger:
    """Write down that the whole lab was applied and verified."""
    wanted = desired(Path(LAB))
    keys = current_keys(wanted.rendering, code_digests(wanted.catalogue))
    ledger = Ledger(ledger_path(wanted.town))
    ledger.append(Entry("verified", "run", host, role, *key) for (host, role), key in keys.items())
    return ledger


def test_a_plan_with_something_to_do_ends_with_2_and_says_what(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "-i", LAB]) == 2
    said = capsys.readouterr().out
    assert "Addresses are leased" in said
    assert "dhcp_server        lab-dhcp1" in said


def test_a_plan_with_nothing_to_do_ends_with_0(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember_everything()
    assert run(["plan", "-i", LAB]) == 0
    assert capsys.readouterr().out == "lab: nothing to do\n"


def test_the_plan_for_programs_names_its_schema(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "-i", LAB, "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "townhall.plan/4"
    assert {"host", "role", "wave", "batch", "key", "reason", "changes", "because"} == set(
        document["units"][0]
    )


def test_an_apply_for_programs_must_be_told_yes(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["apply", "-i", LAB, "--json"]) == 64
    assert "--yes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "nobody"], "no such host: nobody"),
        (["--topic", "nothing"], "no such topic: nothing"),
        (["--role", "nothing"], "no such role: nothing"),
        (["--scope", "all"], "no such scope: all"),
    ],
)
def test_a_check_that_does_not_exist_is_refused(
    state: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(["verify", "-i", LAB, *words]) == 64
    assert told in capsys.readouterr().err


def test_the_ledger_is_shown_and_verified(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember_everything()
    assert run(["ledger", "verify", "-i", LAB]) == 0
    assert "each as it was written" in capsys.readouterr().out
    assert run(["ledger", "show", "-i", LAB, "--host", "lab-dhcp1", "--json"]) == 0
    roles = {record["role"] for record in json.loads(capsys.readouterr().out)["records"]}
    assert roles == {"base", "dhcp_server"}


def test_a_ledger_without_its_end_is_refused(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = remember_everything()
    number, newest = json.loads(ledger.path.with_suffix(".head").read_text())
    ledger.path.with_suffix(".head").write_text(json.dumps([number + 1, newest]))
    assert run(["ledger", "verify", "-i", LAB]) == 1
    assert "are missing at the end" in capsys.readouterr().err
