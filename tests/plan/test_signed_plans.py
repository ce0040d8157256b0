"""S-20: nothing is applied by a kept plan that no known key answers for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.plan.saved import as_text, from_text
from orchestrator.saved_plan import save_apply
from orchestrator.signer import LEDGER, PLAN
from tests.golden import Golden
from tests.plan.test_saved import against, look, request_of, town
from tests.signing import key, signers

__all__ = ["town"]


def codes(root: Path) -> list[str]:
    return [problem.code for problem in against(root)]


def kept(root: Path) -> Path:
    path = root.parent / "plan.json"
    save_apply(path, look(root), 0)
    return path


def test_a_plan_that_was_edited_with_its_digest_is_refused(town: Path, golden: Golden) -> None:
    """Sabotage: trust the digest."""
    path = kept(town)
    saved = from_text(path.read_text(), "p")
    path.write_text(as_text(replace(saved, units=saved.units[1:])))
    (problem,) = against(town)
    golden("plan_refusals/a_plan_with_the_signature_of_another", problem)


def test_a_plan_without_a_signature_is_refused(town: Path, golden: Golden) -> None:
    """Sabotage: ask for a signature only where there is one."""
    path = kept(town)
    path.write_text(json_of(path, signature=""))
    (problem,) = against(town)
    golden("plan_refusals/an_unsigned_plan", problem)


def json_of(path: Path, **changed: str) -> str:
    said = {**json.loads(path.read_text()), **changed}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def test_a_plan_of_another_machine_counts_where_its_key_is_listed_for_plans(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: take any good signature, or one for a ledger."""
    theirs, ours = key(tmp_path, "theirs"), key(tmp_path, "ours")
    monkeypatch.setenv("TOWNHALL_SIGNING_KEY", str(theirs))
    kept(town)
    assert codes(town) == []
    monkeypatch.setenv("TOWNHALL_SIGNING_KEY", str(ours))
    monkeypatch.setenv("TOWNHALL_ALLOWED_SIGNERS", str(tmp_path / "list"))
    assert codes(town) == ["TH-PLAN-UNSIGNED"]
    signers(tmp_path / "list", theirs, options=f'namespaces="{LEDGER}"')
    assert codes(town) == ["TH-PLAN-UNSIGNED"]
    signers(tmp_path / "list", theirs, options=f'namespaces="{PLAN}"')
    assert codes(town) == []
    signers(tmp_path / "list", theirs, options=f'namespaces="{PLAN}",valid-before="20200101"')
    assert codes(town) == ["TH-PLAN-UNSIGNED"]


def test_a_reviewed_request_is_signed_too(town: Path) -> None:
    """Sabotage: sign plans of what is pending alone."""
    request_of(town)
    path = town.parent / "plan.json"
    path.write_text(json_of(path, signature=""))
    assert codes(town) == ["TH-PLAN-UNSIGNED"]


def test_the_key_to_list_on_another_machine_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: print the private half, or leave out for what it may sign."""
    assert run(["ledger", "key"]) == 0
    said = capsys.readouterr().out
    assert f'namespaces="{PLAN},{LEDGER}" ssh-ed25519 AAAA' in said
    assert "PRIVATE" not in said
