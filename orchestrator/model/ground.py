"""On what a run stands: which inventory it applies, and who agreed to that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MERGED, LAB, GLASS, UNDO = "merged", "lab", "break-glass", "undo"
OUTSIDE = frozenset({GLASS, UNDO})
"""What a merged commit has to make good afterwards."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`kind` is merged, lab, break-glass or undo; `files` are the inventory's texts by path, without secrets.

    `commit` is the one in the work tree, if any; `reason` is a person's own word, or the run undone.
    """

    kind: str
    files: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger remembers it; `files` are digests by path, `lasting` is what nothing takes back.

    `cut_off` is the run before, if that was cut off and this one went on with it.
    """

    name: str
    record: int
    at: str
    who: str
    kind: str = ""
    reason: str = ""
    commit: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    units: tuple[tuple[str, str, str], ...] = ()
    lasting: tuple[str, ...] = ()
    cut_off: str = ""
