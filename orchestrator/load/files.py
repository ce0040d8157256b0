"""Reads an inventory's folder: plain text files of known names, never through a link, nothing executed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.load.argument_files import Specs
from orchestrator.load.problems import Problems
from orchestrator.load.reading import expected, unexpected
from orchestrator.model.source import Source

LIMIT = 64 * 2**20


def read_files(root: Path, problems: Problems) -> dict[str, str]:
    """The texts of an inventory by their path in it; what does not belong there is noted."""
    if not root.is_dir():
        raise UsageError(
            f"{root}: there is no such inventory; name its folder with -i, such as inventories/lab"
        )
    found: dict[str, str] = {}
    for path, entry in _walk(root, ""):
        text = _text(path, entry, problems)
        if text is not None:
            found[path] = text
    return found


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        path = f"{prefix}{entry.name}"
        if entry.is_dir() and not entry.is_symlink() and path.startswith(("hosts", "group_vars")):
            yield from _walk(entry, f"{path}/")
        else:
            yield path, entry


def _text(path: str, entry: Path, problems: Problems) -> str | None:
    source = Source(path, 1)
    mode = entry.lstat().st_mode
    if stat.S_ISLNK(mode):
        reason, remedy = "links are not followed: they could lead anywhere", "put the file itself here"
        problems.add(source, "TH-FILE-LINK", entry.readlink().as_posix(), reason, remedy)
    elif not expected(path) or not stat.S_ISREG(mode):
        problems.add(source, "TH-FILE-UNEXPECTED", path, *unexpected(path))
    elif mode & 0o111:
        reason = "data is never executable; Ansible would run this file"
        problems.add(source, "TH-FILE-EXECUTABLE", oct(mode & 0o777), reason, f"chmod a-x {path}")
    elif entry.stat().st_size > LIMIT:
        reason = f"larger than {LIMIT >> 20} MiB"
        problems.add(
            source, "TH-FILE-SIZE", entry.stat().st_size, reason, "split the hosts into several files"
        )
    else:
        return _decoded(source, _bytes(entry), problems)
    return None


def _bytes(entry: Path) -> bytes:
    handle = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as stream:
        return stream.read(LIMIT + 1)


def _decoded(source: Source, raw: bytes, problems: Problems) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        value = f"byte 0x{raw[error.start]:02x}"
        problems.add(
            Source(source.file, line), "TH-TEXT-ENCODING", value, "not UTF-8", "save the file as UTF-8"
        )
        return None


def read_specs(roles: Path) -> Specs | None:
    """The declared arguments of every role under a folder; None if there are no roles to compare with."""
    import yaml

    found: dict[str, frozenset[str] | None] = {}
    for role in sorted(roles.glob("*/")):
        file = role / "meta" / "argument_specs.yml"
        found[role.name] = None
        if file.is_file():
            said = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            entries = said["argument_specs"].values()
            found[role.name] = frozenset(name for entry in entries for name in entry.get("options") or {})
    return found or None


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
