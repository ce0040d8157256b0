"""S-19: where the machine keeps a list of signers, all that is new since the last apply is signed by them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.errors import Problem, Refused
from orchestrator.ground import Footing
from tests.golden import Golden
from tests.merged.town import ADDED, MergedTown
from tests.signing import key, signers


def signed(town: MergedTown, by: Path, *what: str) -> None:
    """Merge a commit that bears a signature; by default one without a change."""
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={by}")
    town.admin.git(*settings, *(what or ("commit", "--allow-empty")), "-q", "-S", "-m", "signed")
    town.admin.git("push", "-q", "origin", "main")
    town.update()


def refusal(town: MergedTown, footing: Footing) -> Refused:
    with pytest.raises(Refused) as error:
        town.apply(footing)
    assert town.doubles.ran == []
    return error.value


def refused(town: MergedTown, footing: Footing) -> list[str]:
    return [problem.code for problem in refusal(town, footing).problems]


def test_only_a_commit_signed_by_a_listed_key_is_applied(town: MergedTown, tmp_path: Path) -> None:
    """Sabotage: take any good signature."""
    ours, other = key(tmp_path, "ours"), key(tmp_path, "other")
    footing = Footing(signers=signers(tmp_path / "list", ours))
    assert refused(town, footing) == ["TH-APPLY-UNSIGNED"]
    signed(town, other)
    assert refused(town, footing) == ["TH-APPLY-UNSIGNED"]
    signed(town, ours)
    assert town.apply(footing) is not None


def test_a_key_that_was_revoked_by_date_signs_no_more(town: MergedTown, tmp_path: Path) -> None:
    """Sabotage: leave the dates of the list out."""
    ours = key(tmp_path, "ours")
    signed(town, ours)
    over = signers(tmp_path / "list", ours, options='namespaces="git",valid-before="20200101"')
    assert refused(town, Footing(signers=over)) == ["TH-APPLY-UNSIGNED"]


def test_a_repository_cannot_say_which_program_checks_its_signatures(
    town: MergedTown, tmp_path: Path
) -> None:
    """Sabotage: leave the program to git's settings."""
    liar = tmp_path / "liar"
    liar.write_text(
        '#!/bin/sh\n[ "$2" = verify ] || echo a@example.org\n'
        """echo 'Good "git" signature for a@example.org with ED25519 key SHA256:x'\n"""
    )
    liar.chmod(0o755)
    for name in ("gpg.program", "gpg.ssh.program", "gpg.openpgp.program"):
        subprocess.run(["git", "-C", str(town.runner), "config", name, str(liar)], check=True)
    footing = Footing(signers=signers(tmp_path / "list", key(tmp_path, "ours")))
    signed(town, key(tmp_path, "other"))
    assert refused(town, footing) == ["TH-APPLY-UNSIGNED"]


def test_a_list_inside_of_the_repository_or_open_to_others_guards_nothing(
    town: MergedTown, tmp_path: Path, golden: Golden
) -> None:
    """Sabotage: read the list wherever it is."""
    ours = key(tmp_path, "ours")
    signed(town, ours)
    inside = signers(town.runner / ".git" / "signers", ours)
    golden("apply_refusals/a_list_of_signers_inside", refusal(town, Footing(signers=inside)))
    loose = signers(tmp_path / "list", ours)
    loose.chmod(0o666)
    golden("apply_refusals/a_list_of_signers_open_to_others", refusal(town, Footing(signers=loose)))


@pytest.fixture
def begun(town: MergedTown, tmp_path: Path) -> tuple[MergedTown, Path, Footing]:
    """A town that was applied from a signed commit, the key, and what is asked for."""
    ours = key(tmp_path, "ours")
    footing = Footing(signers=signers(tmp_path / "list", ours))
    signed(town, ours)
    assert town.apply(footing) is not None
    return town, ours, footing


def problem(town: MergedTown, footing: Footing) -> Problem:
    (found,) = refusal(town, footing).problems
    return found


def test_an_unsigned_commit_below_a_signed_tip_is_named(
    begun: tuple[MergedTown, Path, Footing], golden: Golden
) -> None:
    """Sabotage: look at the tip alone."""
    town, ours, footing = begun
    hidden = town.merge(ADDED)
    signed(town, ours)
    golden("apply_refusals/an_unsigned_commit", refusal(town, footing))
    assert problem(town, footing).value == hidden[:12]


def test_a_commit_of_another_key_below_a_signed_tip_is_named(
    begun: tuple[MergedTown, Path, Footing], tmp_path: Path
) -> None:
    """Sabotage: take any good signature."""
    town, ours, footing = begun
    signed(town, key(tmp_path, "other"))
    signed(town, ours)
    assert "no key that may sign here" in problem(town, footing).reason


def test_a_signed_merge_answers_for_what_it_merged(begun: tuple[MergedTown, Path, Footing]) -> None:
    """Sabotage: ask every commit of a merged branch for a signature."""
    town, ours, footing = begun
    town.admin.git("checkout", "-q", "-b", "request")
    town.admin.edit(ADDED)
    town.admin.commit("an unsigned commit of a request")
    town.admin.git("checkout", "-q", "main")
    signed(town, ours, "merge", "--no-ff", "request")
    assert town.apply(footing) is not None


def test_an_unsigned_merge_answers_for_nothing(begun: tuple[MergedTown, Path, Footing]) -> None:
    """Sabotage: follow the last parents."""
    town, ours, footing = begun
    town.admin.git("checkout", "-q", "-b", "request")
    town.admin.edit(ADDED)
    town.admin.commit("an unsigned commit of a request")
    town.admin.git("checkout", "-q", "main")
    town.admin.git("merge", "-q", "--no-ff", "-m", "nobody signed", "request")
    merge = town.admin.git("rev-parse", "HEAD").strip()
    signed(town, ours)
    assert problem(town, footing).value == merge[:12]


def test_a_key_that_is_over_by_now_stood_for_what_it_signed_in_its_time(
    begun: tuple[MergedTown, Path, Footing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: hold every signature to the day of the apply, or to no day at all."""
    town, ours, footing = begun
    former = key(tmp_path, "former")
    lines = signers(tmp_path / "former.list", former, options='namespaces="git",valid-before="20200101"')
    footing.signers.write_text(footing.signers.read_text() + lines.read_text())
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2019-06-01T12:00:00Z")
    signed(town, former)
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    signed(town, ours)
    town.apply(footing)
    signed(town, former)
    signed(town, ours)
    assert "at its date" in problem(town, footing).reason


def test_the_first_apply_holds_the_tip_alone_and_says_so(town: MergedTown, tmp_path: Path) -> None:
    """Sabotage: say nothing, or ask the whole history."""
    ours, heard = key(tmp_path, "ours"), list[str]()
    footing = Footing(signers=signers(tmp_path / "list", ours))
    signed(town, ours)
    assert town.apply(footing, tell=heard.append) is not None
    assert [one for one in heard if "only this tip" in one]
    heard.clear()
    town.merge(ADDED)
    signed(town, ours)
    with pytest.raises(Refused):
        town.apply(footing, tell=heard.append)
    assert heard == []


def test_a_clone_that_lacks_what_was_applied_last_is_refused(
    begun: tuple[MergedTown, Path, Footing], tmp_path: Path, golden: Golden
) -> None:
    """A rewritten branch must not shake the question off. Sabotage: look at the tip then."""
    town, ours, footing = begun
    applied = town.admin.git("rev-parse", "HEAD").strip()
    town.admin.git("reset", "-q", "--hard", "HEAD~1")
    town.merge_by_force(ADDED)
    signed(town, ours)
    town.clone_anew()
    found = problem(town, footing)
    assert found.value == applied[:12]
    golden("apply_refusals/a_clone_without_its_history", found)


def test_what_a_person_answered_for_is_not_asked_again(begun: tuple[MergedTown, Path, Footing]) -> None:
    """Sabotage: count from the last merged commit, so that one unsigned commit stops every later apply."""
    town, ours, footing = begun
    town.merge(ADDED)
    signed(town, ours)
    assert problem(town, footing).code == "TH-APPLY-UNSIGNED"
    assert town.apply(replace(footing, glass="the head of the department read it")) is not None
    signed(town, ours)
    town.apply(footing)


def test_the_work_grows_with_new_commits_only(
    begun: tuple[MergedTown, Path, Footing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: verify the whole history, or each commit by a call of its own."""
    town, ours, footing = begun
    for _ in range(3):
        signed(town, ours)
    real, asked = shutil.which("git"), tmp_path / "asked"
    (tmp_path / "bin").mkdir()
    git = tmp_path / "bin/git"
    note = f'case "$*" in *verify-commit*) echo "${{*##*verify-commit}}" >> {asked};; esac'
    git.write_text(f'#!/bin/sh\n{note}\nexec {real} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    town.apply(footing)
    (call,) = asked.read_text().splitlines()
    assert len(call.split()) == 3
