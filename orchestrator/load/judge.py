"""Decides by name, kind, mode and size whether a file may be read as data, wherever it lies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from orchestrator.load.problems import Problems, shown
from orchestrator.load.reading import expected, unexpected
from orchestrator.model.source import Source

LIMIT = 64 * 2**20
LIMIT_TOGETHER = 2 * LIMIT
"""Four times what the lines of 100,000 PCs take."""
FILE, LINK, OTHER = "file", "link", "other"
FOLDERS = ("hosts", "group_vars")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of an inventory before anything of it is read; `mode` holds permission bits, `size` bytes.

    `target` is where a link leads.
    """

    path: str
    kind: str
    mode: int = 0o644
    size: int = 0
    target: str = ""


def is_data(found: Found, problems: Problems) -> bool:
    """Whether the entry may be read as data; what forbids it is noted."""
    path = found.path
    source = Source(path if expected(path) else shown(path), 1)
    if found.kind == LINK:
        reason, remedy = "links are not followed: they could lead anywhere", "put the file itself here"
        problems.add(source, "TH-FILE-LINK", found.target, reason, remedy)
    elif not expected(path) or found.kind != FILE:
        problems.add(source, "TH-FILE-UNEXPECTED", path, *unexpected(path))
    elif found.mode & 0o111:
        reason = "data is never executable; Ansible would run this file"
        problems.add(source, "TH-FILE-EXECUTABLE", oct(found.mode & 0o777), reason, f"chmod a-x {path}")
    elif found.size > LIMIT:
        reason = f"larger than {LIMIT >> 20} MiB"
        problems.add(source, "TH-FILE-SIZE", found.size, reason, "split the hosts into several files")
    else:
        return True
    return False


def are_together(kept: Collection[Found], problems: Problems) -> bool:
    """Whether files that may be read each may be read all; what forbids it is noted at the largest."""
    size = sum(found.size for found in kept)
    if size > LIMIT_TOGETHER:
        largest = max(kept, key=lambda found: found.size).path
        reason = f"all files together are larger than {LIMIT_TOGETHER >> 20} MiB; this one is the largest"
        remedy = "look at what came last into it: a line of data is short"
        problems.add(Source(largest, 1), "TH-FILES-SIZE", size, reason, remedy)
    return size <= LIMIT_TOGETHER


def texts(raw: Mapping[str, bytes], problems: Problems) -> dict[str, str]:
    """The files that are UTF-8, as text; the others are noted."""
    found: dict[str, str] = {}
    for path, content in raw.items():
        try:
            found[path] = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            value = f"byte 0x{content[error.start]:02x}"
            remedy = "save the file as UTF-8"
            problems.add(Source(path, line), "TH-TEXT-ENCODING", value, "not UTF-8", remedy)
    return found
