"""Looks for secrets in clear: in all that a request ever put in, and in what is about to be committed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.errors import Problem
from orchestrator.git import ABSENT, COMMIT, LINK, Difference, Repository
from orchestrator.load.clear_secrets import clear_secrets

MOST, LONGEST = 500, 2**24
NOT_DATA = ("requirements/", "tests/", "docs/")
"""Locks are full of digests, tests of made-up secrets: there only keys and tokens of known forms count."""


def shown_secrets(git: Repository, base: str, head: str) -> Iterator[Problem]:
    """Yield a problem for each line of the request's history that shows a secret."""
    commits = git.commits(base, head, MOST)
    if len(commits) > MOST:
        reason, remedy = f"has more than {MOST} commits to look through", "squash them"
        yield Problem(f"{head[:12]}:1", "TH-SECRET-HISTORY", head[:12], reason, remedy)
    seen: set[tuple[str, str, int]] = set()
    for commit in commits[:MOST]:
        for path, text in _put_in(git, git.differences(git.parent(commit), commit)):
            for line, kind in clear_secrets(as_data(path), text):
                if (path, kind, line) not in seen:
                    seen.add((path, kind, line))
                    yield _problem(path, line, kind, commit)


def staged_secrets(git: Repository) -> Iterator[Problem]:
    """Yield a problem for each line of what is about to be committed that shows a secret."""
    for path, text in _put_in(git, git.staged()):
        for line, kind in clear_secrets(as_data(path), text):
            reason = f"{kind} in clear is about to be committed: the history keeps it for all who read it"
            remedy = f"git restore --staged -- {path}, and keep the secret with ansible-vault encrypt_string"
            yield Problem(f"{path}:{line}", "TH-SECRET-STAGED", "(not shown)", reason, remedy)


def as_data(path: str) -> str:
    """The name under which a file is judged."""
    return f"{path}.text" if path.startswith(NOT_DATA) else path


def _put_in(git: Repository, differences: Iterable[Difference]) -> Iterator[tuple[str, str]]:
    """The lines that were added, at their places; other lines are empty."""
    changed = [one for one in differences if one.new_mode not in {ABSENT, LINK, COMMIT}]
    sizes = git.sizes({name for one in changed for name in (one.new_id, one.old_id) if name.strip("0")})
    contents = git.blobs(name for name, size in sizes.items() if size <= LONGEST)
    for one in changed:
        new = contents.get(one.new_id, b"").decode("utf-8", "replace")
        old = set(contents.get(one.old_id, b"").decode("utf-8", "replace").split("\n"))
        yield one.path, "\n".join("" if line in old else line for line in new.split("\n"))


def _problem(path: str, line: int, kind: str, commit: str) -> Problem:
    reason = f"{kind} in clear in commit {commit[:12]}: whoever may read the repository has it"
    remedy = (
        "make a new secret and let the old one go; then take it out of the history (git rebase -i), and keep "
        "the new one with ansible-vault encrypt_string"
    )
    return Problem(f"{path}:{line}", "TH-SECRET-CLEAR", "(not shown)", reason, remedy)
