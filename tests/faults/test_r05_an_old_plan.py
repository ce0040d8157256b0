"""R5: a plan that is older than what it was made from is refused, with all that changed since."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.model.plan import Observation
from orchestrator.model.record import Entry
from orchestrator.pipeline import look
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.saved_plan import save_apply
from tests.golden import Golden
from tests.plan.test_saved import PCS, SECRETS, against, edit, held, remember, town

__all__ = ["town"]


def git(root: Path, *words: str) -> str:
    call = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(root.parent), *words]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path) -> None:
    """One more commit, of which no file of the town is part."""
    if not (root.parent / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "one more")


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD")[:12]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99"), ("TH-PLAN-FILE", PCS)),
        (edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99"), ("TH-PLAN-UNIT", "dhcp_server on lab-dhcp1")),
        (
            edit(SECRETS, "computer_join: {tier: 1, version: 1}", "computer_join: {tier: 1, version: 2}"),
            ("TH-PLAN-SECRET", "computer_join"),
        ),
        (remember, ("TH-PLAN-LEDGER", "1")),
        (commit, ("TH-PLAN-COMMIT", "")),
    ],
)
def test_whatever_changed_since_makes_a_plan_stale(
    town: Path, change: Callable[[Path], None], told: tuple[str, str], golden: Golden
) -> None:
    """Sabotage: leave one kind of change out of `stale`."""
    commit(town)
    save_apply(town.parent / "plan.json", look(town), 0)
    change(town)
    (problem,) = (one for one in against(town) if (one.code, one.value) in {told, (told[0], head(town))})
    golden(f"plan_refusals/{told[0].removeprefix('TH-PLAN-').lower()}", problem)


def test_another_machine_under_the_same_name_makes_a_plan_stale(town: Path, golden: Golden) -> None:
    """Sabotage: keep no identities."""
    before = look(town)
    save_apply(
        town.parent / "plan.json", replace(before, observed={"lab-dhcp1": Observation("SHA256:a", "1")}), 0
    )
    other = replace(before, observed={"lab-dhcp1": Observation("SHA256:b", "2")})
    (problem,) = against(town, other)
    golden("plan_refusals/machine", problem)
    same = replace(before, observed={"lab-dhcp1": Observation("SHA256:a", "")})
    assert held(town, same) == []


def test_another_ledger_makes_a_plan_stale(town: Path) -> None:
    """Sabotage: compare numbers of records only."""
    remember(town)
    save_apply(town.parent / "plan.json", look(town), 0)
    for file in (town.parent / "state").iterdir():
        file.unlink()
    ledger = Ledger(ledger_path(look(town).wanted.town))
    ledger.append([Entry("failed", "forged", "lab-dhcp1", "base")])
    ledger.close()
    assert ("TH-PLAN-LEDGER", "1") in held(town)


def test_a_plan_whose_time_is_over_is_refused(town: Path, golden: Golden) -> None:
    """Sabotage: do not look at the clock."""
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    save_apply(town.parent / "plan.json", look(town), 0, long_ago)
    (problem,) = against(town)
    golden("plan_refusals/expired", problem, EXPIRY=problem.value)
    save_apply(town.parent / "plan.json", look(town), 26, long_ago)
    assert held(town) == []


def test_apply_holds_itself_to_the_kept_plan_before_it_changes_anything(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No machine answers here: asking them ends at once. Sabotage: apply without looking at the kept plan."""
    stub = town.parent / "bin" / "ssh"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\nexit 255\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(stub.parent), prepend=":")
    file = str(town.parent / "plan.json")
    assert run(["plan", "-i", str(town), "--out", file]) == 2
    edit(PCS, "52:54:00:12:00:01", "52:54:00:12:00:99")(town)
    assert run(["apply", "-i", str(town), "--plan", file, "--yes", "--json"]) == 1
    said = capsys.readouterr().out
    codes = {one["code"] for one in json.loads(said[said.index("{") :])["problems"]}
    assert "TH-PLAN-FILE" in codes
    assert look(town).plan.record == 0
