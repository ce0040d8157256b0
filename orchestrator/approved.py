"""Renders a request's lines with the code of its base and of its head, once somebody approved that code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.git import EXECUTABLE, Repository, TreeEntry
from orchestrator.load.problems import shown
from orchestrator.load.reading import SECRETS
from orchestrator.load.revision import right_revision
from orchestrator.model.request import CodeEffect, RequestPlan
from orchestrator.request.effect import Rendered, effect, read
from orchestrator.requested import Asked
from orchestrator.sandbox import Jail, Limits, see_that_it_isolates

_CODE = ("orchestrator/", "roles/", "playbooks/", "filter_plugins/")
_FILES = frozenset({"100644", "100664", EXECUTABLE})
_MOST, _LARGEST = 20_000, 64 << 20
_PROGRAM = Path(__file__).parent / "sandbox" / "render_all.py"


def with_effect(plan: RequestPlan, wish: Asked, limits: Limits | None = None) -> RequestPlan:
    """The plan with what the head's code makes of the head's lines; the code runs in a sandbox only.

    Raises MachineError where this machine isolates nothing. A request without code stays as it is.
    """
    if not plan.files.code:
        return plan
    see_that_it_isolates()
    lines = tuple(file.line for file in plan.files.code)
    git, commits = wish.repository, (plan.revisions.base, plan.revisions.head)
    with TemporaryDirectory() as folder:
        town = Path(folder, "town")
        _write(town, right_revision(git, plan.revisions.head, wish.folder))
        try:
            before, after = (
                _rendered(git, commit, Path(folder, str(number)), town, limits or Limits())
                for number, commit in enumerate(commits)
            )
            return replace(plan, effect=effect(before, after, lines))
        except ValueError as error:
            return replace(plan, effect=CodeEffect((), str(error)))


def _rendered(git: Repository, commit: str, folder: Path, town: Path, limits: Limits) -> Rendered:
    """What a commit's code makes of the town; raises ValueError with the reason if it makes nothing."""
    _unpack(git, commit, folder)
    readable = {"/code": str(folder), "/town": str(town), "/render_all.py": str(_PROGRAM)}
    jail = Jail(readable, limits)
    said = jail.run([sys.executable, "-I", "-B", "/render_all.py", "/code", "/town"])
    named = f"the code of {commit[:12]}"
    if not said.in_time:
        raise ValueError(f"{named} did not end within {limits.seconds} s")
    if said.status != 0:
        told = said.error.strip().splitlines() or [f"it ended with {said.status}"]
        raise ValueError(f"{named} failed: {shown(told[-1])}")
    try:
        return read(said.output)
    except ValueError as error:
        raise ValueError(f"{named} failed: {error}") from error


def _unpack(git: Repository, commit: str, folder: Path) -> None:
    """Write the plain files of the code; links and what else git may hold stay away."""
    entries = [one for one in git.tree(commit) if one.path.startswith(_CODE) and one.mode in _FILES]
    if len(entries) > _MOST or sum(one.size for one in entries) > _LARGEST:
        raise ValueError(f"the code of {commit[:12]} is larger than {_LARGEST >> 20} MiB")
    contents = git.blobs(one.id for one in entries)
    for one in _right(entries):
        path = folder / one.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[one.id])


def _right(entries: Iterable[TreeEntry]) -> Iterable[TreeEntry]:
    for one in entries:
        if any(part in {"", ".", ".."} for part in one.path.split("/")) or "\0" in one.path:
            raise ValueError(f"{shown(one.path)} is no name of a file")
        yield one


def _write(town: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        if not SECRETS.fullmatch(name):
            path = town / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
