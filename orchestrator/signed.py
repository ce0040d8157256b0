"""Who answers for what is applied: a key of a list outside of the repository stands behind each new state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from orchestrator.errors import Problem
from orchestrator.git import Repository
from orchestrator.load.problems import shown
from orchestrator.signer import SIGNERS, why_open

_NAMED = 10


def unsigned(
    repository: Repository, head: str, applied: str, signers: Path, tell: Callable[[str], None]
) -> Iterator[Problem]:
    """Say what is wrong with the list, or which states of the branch since `applied` nobody of it signed.

    What was merged is answered for by who signed the merge. Where nothing was applied yet only the tip is
    looked at, and `tell` hears of it.
    """
    listed = signers.resolve()
    if listed.is_relative_to(repository.folder.resolve()):
        reason = "lies in the repository that it is to guard"
        remedy = f"keep it outside, such as {SIGNERS}"
        yield Problem(f"{signers}:1", "TH-SIGNERS-INSIDE", signers.name, reason, remedy)
    elif reason := why_open(signers):
        yield Problem(f"{signers}:1", "TH-SIGNERS-OPEN", signers.name, reason, f"chmod go-w {signers}")
    elif applied and not repository.holds(applied):
        reason = "was applied last and is not in this clone, so that nobody can tell what is new since"
        remedy = f"git fetch --unshallow, or git fetch origin {applied}"
        yield Problem("HEAD:1", "TH-APPLY-HISTORY", applied[:12], reason, remedy)
    else:
        if not applied:
            tell(f"no commit was applied before: only this tip, {head[:12]}, is held to {signers}")
        new = dict.fromkeys((head, *(repository.path(applied, head) if applied else ())))
        if not repository.are_signed(new, listed):
            yield from _named(repository, list(new), signers)


def _named(repository: Repository, commits: list[str], signers: Path) -> Iterator[Problem]:
    found = [one for one in commits if not repository.are_signed([one], signers.resolve())]
    for commit in found[:_NAMED]:
        author, is_signed = repository.authorship(commit, signers.resolve())
        why = (
            "its signature is of no key that may sign here at its date"
            if is_signed
            else "it bears no signature"
        )
        remedy = (
            "sign it (git commit --amend -S) and have it merged, or have its signer put into that list"
            if [commit] == commits
            else f"look at it (git show {commit[:12]}); have its signer put into that list, or apply it once "
            "by a person's word: --break-glass --reason TEXT"
        )
        yield Problem(f"{signers}:1", "TH-APPLY-UNSIGNED", commit[:12], f"by {shown(author)}: {why}", remedy)
