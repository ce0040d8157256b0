"""S-19: where the machine keeps a list of signers, only what one of them signed is applied."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import Refused
from orchestrator.ground import Footing
from tests.merged.town import MergedTown


def key(folder: Path, name: str) -> Path:
    """A new signing key."""
    path = folder / name
    call = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
    subprocess.run(call, check=True)
    return path


def signers(path: Path, *keys: Path, options: str = 'namespaces="git"') -> Path:
    """A list of who may sign."""
    lines = (f"a@example.org {options} {one.with_suffix('.pub').read_text()}" for one in keys)
    path.write_text("".join(lines))
    path.chmod(0o644)
    return path


def signed(town: MergedTown, by: Path) -> None:
    """Merge a commit that bears a signature."""
    town.admin.git(
        "-c",
        "gpg.format=ssh",
        "-c",
        f"user.signingkey={by}",
        "commit",
        "-q",
        "-S",
        "--allow-empty",
        "-m",
        "signed",
    )
    town.admin.git("push", "-q", "origin", "main")
    town.update()


def refused(town: MergedTown, footing: Footing) -> list[str]:
    with pytest.raises(Refused) as error:
        town.apply(footing)
    assert town.doubles.ran == []
    return [problem.code for problem in error.value.problems]


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
    town: MergedTown, tmp_path: Path
) -> None:
    """Sabotage: read the list wherever it is."""
    ours = key(tmp_path, "ours")
    signed(town, ours)
    inside = signers(town.runner / ".git" / "signers", ours)
    assert refused(town, Footing(signers=inside)) == ["TH-SIGNERS-INSIDE"]
    loose = signers(tmp_path / "list", ours)
    loose.chmod(0o666)
    assert refused(town, Footing(signers=loose)) == ["TH-SIGNERS-OPEN"]
