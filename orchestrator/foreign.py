"""Whether the running program is that of a commit: a plan is only as trustworthy as what made it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from orchestrator.git import TreeEntry
from orchestrator.reach import PROJECT

_OWN = ("orchestrator/", "roles/")
_BEARING = ("meta", "handlers")


def foreign_files(tree: Mapping[str, TreeEntry]) -> tuple[str, ...]:
    """Files of the running program that bear on a plan and are not as the base has them.

    A repository of towns alone has no program to compare with.
    """
    theirs = {path: entry.id for path, entry in tree.items() if _bears(path)}
    if not any(path.startswith(_OWN[0]) for path in theirs):
        return ()
    mine = _ours()
    names = sorted({*theirs, *mine})
    return tuple(name for name in names if not _same(mine.get(name), theirs.get(name)))


def program() -> str:
    """A digest of the files of the running program that bear on a plan."""
    made = hashlib.sha256()
    for name, path in sorted(_ours().items()):
        raw = path.read_bytes()
        made.update(f"{name} {len(raw)}\n".encode() + raw)
    return made.hexdigest()


def _ours() -> dict[str, Path]:
    roles = PROJECT / "roles"
    folders = (PROJECT / "orchestrator", *(role / name for role in roles.iterdir() for name in _BEARING))
    paths = (Path(at, name) for folder in folders for at, _, names in os.walk(folder) for name in names)
    found = {path.relative_to(PROJECT).as_posix(): path for path in paths}
    return {name: path for name, path in found.items() if _bears(name) and path.is_file()}


def _bears(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if "__pycache__" in parts:
        return False
    return parts[0] == "orchestrator" or (parts[0] == "roles" and len(parts) > 3 and parts[2] in _BEARING)


def _same(path: Path | None, theirs: str | None) -> bool:
    if path is None or theirs is None:
        return False
    raw = path.read_bytes()
    made = hashlib.new("sha1" if len(theirs) == 40 else "sha256", usedforsecurity=False)
    made.update(b"blob %d\0" % len(raw) + raw)
    return made.hexdigest() == theirs
