"""What an apply, and a plan, are refused for before anything runs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from orchestrator.apply.lock import words
from orchestrator.cli.main import run
from orchestrator.desired import PROJECT
from orchestrator.pipeline import look
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path, lock_path
from tests.golden import Golden

WHY = "the cash desk waits"
POLICY = "group_vars/all/policy.yml"
BACKUP = "[group/workstations, group/firewalls], to: [service/backup]"
PEEK = "{name: peek, from: [zone/guest], to: [network/users-a], ports: [tcp/445], owner: it, reason: x}"
RULES = {
    "a_flow_that_must_never_be": ("flows:\n", f"flows:\n  - {PEEK}\n"),
    "a_flow_that_must_always_be": (BACKUP, BACKUP.replace("group/workstations, ", "")),
}
RESTRAINTS = {
    "more_hosts_than_the_limit": ("{tier: 2, changed: 50", "{tier: 2, changed: 1"),
    "a_day_of_rest": (
        "# Exceptions need",
        'freeze:\n  - {from: "2000-01-01", to: "2099-12-31", reason: "elections"}\n# Exceptions need',
    ),
}
EDITS = RULES | RESTRAINTS


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lab with a ledger of its own, and an ssh that reaches no machine but says that it was called."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()
    ssh = tmp_path / "bin/ssh"
    ssh.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return Path(shutil.copytree(PROJECT / "inventories/lab", tmp_path / "lab"))


def edit(town: Path, case: str) -> None:
    """Make the case's change of the policy."""
    file, (old, new) = town / POLICY, EDITS[case]
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))


def nothing_ran(town: Path) -> bool:
    """Whether no run stands in the ledger."""
    ledger = Ledger(ledger_path(look(town).wanted.town))
    records = list(ledger.records())
    ledger.close()
    return not records


@pytest.mark.parametrize(
    "words", [["apply", "--yes"], ["plan"], ["plan", "--out", "kept"], ["plan", "--ask"]]
)
@pytest.mark.parametrize("case", sorted(RULES))
def test_a_town_whose_firewall_breaks_a_rule_is_refused_before_any_machine_is_asked(  # noqa: PLR0913, PLR0917
    town: Path,
    case: str,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    golden: Golden,
) -> None:
    """Sabotage: hold the rules in `check` alone, or only after machines were asked."""
    monkeypatch.chdir(town.parent)
    edit(town, case)
    assert run([*words, "-i", str(town)]) == 1
    golden(f"apply_refusals/{case}", capsys.readouterr().err)
    assert nothing_ran(town)
    assert not (town.parent / "asked").exists()
    assert not (town.parent / "kept").exists()


def test_a_line_that_breaks_a_rule_is_refused_also_where_only_its_relatives_are_planned(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A PC moves to a building whose PCs must not be reached. Sabotage: judge rules of whole towns only."""
    policy, pcs = town / POLICY, town / "hosts/workstations.yml"
    rule = "{name: apart, from: [network/users-b], to: [service/backup], reason: x}"
    spared = "rule: apart, from: [host/lab-pc-0002], to: [service/backup], owner: it, reason: x"
    text = policy.read_text().replace("  never:\n", f"  never:\n    - {rule}\n")
    policy.write_text(text.replace("exceptions: []", f'exceptions:\n  - {{{spared}, until: "2099-01-01"}}'))
    assert run(["plan", "-i", str(town)]) == 2
    pcs.write_text(
        pcs.read_text().replace('198.18.10.51, socket: "A-101-1"', '198.18.11.52, socket: "B-201-2"')
    )
    capsys.readouterr()
    assert run(["plan", "-i", str(town)]) == 1
    assert "apart (x): this packet is let through" in capsys.readouterr().err


@pytest.mark.parametrize("case", sorted(RESTRAINTS))
def test_an_apply_beyond_a_limit_or_on_a_day_of_rest_waits_for_consent(
    town: Path, case: str, capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    """Sabotage: leave the limits to the request's plan."""
    edit(town, case)
    assert run(["apply", "--yes", "-i", str(town)]) == 1
    golden(f"apply_refusals/{case}", capsys.readouterr().err)
    assert nothing_ran(town)


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (["apply", "--yes"], "townhall apply"),
        (["apply", "--yes", "--commit", "0" * 40], f"townhall apply --commit {'0' * 12}"),
        (
            ["apply", "--yes", "--break-glass", "--reason", WHY],
            f"townhall apply --break-glass --reason '{WHY}'",
        ),
        (["drift", "--revert", "--yes"], "townhall drift --revert"),
    ],
    ids=lambda words: words if isinstance(words, str) else " ".join(words[:3]),
)
def test_who_wants_the_town_meanwhile_is_told_the_command_its_commit_and_its_reason(
    town: Path, verb: list[str], told: str
) -> None:
    """Sabotage: say `townhall apply` whatever the verb is, or leave the commit or the reason out."""
    edit(town, "a_flow_that_must_never_be")
    assert run([*verb, "-i", str(town)]) == 1
    left = json.loads(lock_path(look(town).wanted.town).read_text(encoding="utf-8"))
    assert f"runs `{told} -i {town}` since" in words(left)
