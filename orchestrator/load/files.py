"""Reads an inventory's folder: plain text files of known names, never through a link, nothing executed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.load.argument_files import Specs
from orchestrator.load.judge import FILE, FOLDERS, LIMIT, LINK, OTHER, Found, are_together, is_data, texts
from orchestrator.load.problems import Problems


def read_files(root: Path, problems: Problems) -> dict[str, str]:
    """The texts of an inventory by their path in it; what does not belong there is noted."""
    if not root.is_dir():
        raise UsageError(
            f"{root}: there is no such inventory; name its folder with -i, such as inventories/lab"
        )
    seen = {entry: _seen(path, entry) for path, entry in _walk(root, "")}
    kept = {entry: found for entry, found in seen.items() if is_data(found, problems)}
    if not are_together(kept.values(), problems):
        return {}
    return texts({found.path: _bytes(entry) for entry, found in kept.items()}, problems)


def right_files(root: Path) -> dict[str, str]:
    """The texts of an inventory by their path in it; raises Refused if anything does not belong there."""
    problems = Problems()
    files = read_files(root, problems)
    problems.refuse()
    return files


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        path = f"{prefix}{entry.name}"
        if entry.is_dir() and not entry.is_symlink() and path.startswith(FOLDERS):
            yield from _walk(entry, f"{path}/")
        else:
            yield path, entry


def _seen(path: str, entry: Path) -> Found:
    status = entry.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Found(path, LINK, target=entry.readlink().as_posix())
    kind = FILE if stat.S_ISREG(status.st_mode) else OTHER
    return Found(path, kind, stat.S_IMODE(status.st_mode), status.st_size)


def _bytes(entry: Path) -> bytes:
    handle = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as stream:
        return stream.read(LIMIT + 1)


def read_specs(roles: Path) -> Specs | None:
    """The declared arguments of every role under a folder; None if there are no roles to compare with."""
    found: dict[str, frozenset[str] | None] = {}
    for role in sorted(roles.glob("*/")):
        file = role / "meta" / "argument_specs.yml"
        found[role.name] = _declared(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found or None


@cache
def _declared(specs: str) -> frozenset[str]:
    import yaml

    entries = yaml.load(specs, Loader=yaml.CSafeLoader)["argument_specs"].values()
    return frozenset(name for entry in entries for name in entry.get("options") or {})


def write_files(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Write the files that differ, each in one step, and return their paths."""
    changed = [path for path in sorted(after) if before.get(path) != after[path]]
    for path in changed:
        target = root / path
        draft = target.with_name(f".{target.name}.new")
        draft.write_bytes(after[path].encode("utf-8"))
        if target.exists():
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
        draft.replace(target)
    return changed
