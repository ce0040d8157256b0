"""Where a town's ledger, lock and generated files lie."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from orchestrator.model.town import Town
from orchestrator.reach import PROJECT


def state_directory(town: Town) -> Path:
    """Return the folder of a town's ledger; that of a lab lies beside the lab's key below build/."""
    if is_lab(town) and not os.environ.get("TOWNHALL_STATE"):
        return PROJECT / "build" / PurePosixPath(town.connection.private_key).parts[1]
    return own_directory()


def own_directory() -> Path:
    """Return the folder of what this account keeps for all its towns."""
    above = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(os.environ.get("TOWNHALL_STATE") or Path(above, "townhall")).expanduser()


def is_lab(town: Town) -> bool:
    """Whether a town is one to try things in: its key is made anew with it, below build/."""
    parts = PurePosixPath(town.connection.private_key).parts
    return len(parts) > 2 and parts[0] == "build"


def ledger_path(town: Town) -> Path:
    """Return the path of a town's ledger."""
    return state_directory(town) / f"{town.identity.name}.sqlite"


def lock_path(town: Town) -> Path:
    """Return the path of a town's lock."""
    return state_directory(town) / f"{town.identity.name}.lock"


def build_directory(town: Town) -> Path:
    """Return the folder of everything that is generated for a town."""
    return PROJECT / "build" / town.identity.name
