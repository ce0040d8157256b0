"""Reads an inventory out of a commit, without a checkout: judged exactly as one in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orchestrator.load.judge import FILE, FOLDERS, LINK, OTHER, Found, are_together, is_data, texts
from orchestrator.load.problems import Problems

_LONGEST_LINK = 4096
_FILES = {"100644": (FILE, 0o644), "100664": (FILE, 0o664), "100755": (FILE, 0o755), "120000": (LINK, 0o777)}


class Entry(Protocol):
    """One file of a commit."""

    @property
    def path(self) -> str:
        """From the top of the repository."""

    @property
    def mode(self) -> str:
        """As git writes it."""

    @property
    def id(self) -> str:
        """The name of its content."""

    @property
    def size(self) -> int:
        """In bytes."""


class Objects(Protocol):
    """What a commit holds."""

    def tree(self, commit: str, folder: str = "") -> Iterable[Entry]:
        """Every file below a folder of a commit."""

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Contents by id."""


def read_revision(objects: Objects, commit: str, folder: str, problems: Problems) -> dict[str, str]:
    """The texts of the inventory below a folder of a commit; what does not belong there is noted."""
    entries = {entry.path[len(folder) + 1 :]: entry for entry in objects.tree(commit, folder)}
    seen = {_named(path): _found(path, entry) for path, entry in sorted(entries.items())}
    short = [path for path, found in seen.items() if found.kind == LINK and found.size <= _LONGEST_LINK]
    links = objects.blobs(entries[path].id for path in short)
    kept: list[str] = []
    for path, found in seen.items():
        entry = entries.get(path)
        target = links.get(entry.id, b"").decode("utf-8", "replace") if entry else ""
        if is_data(Found(found.path, found.kind, found.mode, found.size, target), problems):
            kept.append(path)
    if not are_together([seen[path] for path in kept], problems):
        return {}
    contents = objects.blobs(entries[path].id for path in kept)
    return texts({path: contents[entries[path].id] for path in kept}, problems)


def right_revision(objects: Objects, commit: str, folder: str) -> dict[str, str]:
    """The same; raises Refused if anything does not belong there."""
    problems = Problems()
    files = read_revision(objects, commit, folder, problems)
    problems.refuse()
    return files


def _named(path: str) -> str:
    """A folder that does not belong into an inventory is judged as a whole, as on disk."""
    return path if path.startswith(FOLDERS) else path.partition("/")[0]


def _found(path: str, entry: Entry) -> Found:
    if _named(path) != path:
        return Found(_named(path), OTHER)
    kind, mode = _FILES.get(entry.mode, (OTHER, 0))
    return Found(path, kind, mode, entry.size)
