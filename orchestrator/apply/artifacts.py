"""What runs leave for those who look for a fault: closed to others, and gone after a month."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=30)
_MOMENT = "%Y%m%d-%H%M%S"
_RUN = re.compile(r"\d{8}-\d{6}-\d+")


@contextmanager
def private(folder: Path) -> Iterator[None]:
    """Let nobody else read what a run writes, in its `folder` and elsewhere; forget runs of long ago.

    A run's folder bears the run's name, which is its moment in UTC; what has another name stays.
    """
    before = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.parent.chmod(0o700)
        _forget_before(folder)
        yield
    finally:
        os.umask(before)


def _forget_before(folder: Path) -> None:
    now = datetime.strptime(folder.name[:15], _MOMENT)
    oldest = f"{now - KEPT:{_MOMENT}}"
    for other in folder.parent.iterdir():
        if _RUN.fullmatch(other.name) and other.name < oldest:
            shutil.rmtree(other)
