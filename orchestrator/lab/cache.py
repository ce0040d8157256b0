"""Where things are kept between labs, and a way to be alone there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """The folder of this user's cache that belongs to Townhall."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "townhall"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else works in the folder, and keep others out."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
