"""One apply at a time: a lock that says who holds it and frees itself when its holder dies."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.errors import TownhallError


class BusyError(TownhallError):
    """Someone else is applying; wait for them."""


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock of a town; raise BusyError with its holder's name, command and time if it is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BusyError(_told(file.read())) from None
        file.truncate(0)
        file.write(json.dumps(_holder(doing)))
        file.flush()
        yield


def _holder(doing: str) -> dict[str, object]:
    return {
        "who": who(),
        "doing": doing,
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "process": os.getpid(),
        "machine": socket.gethostname(),
    }


def who() -> str:
    """Return the person behind the command, also through sudo."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def _told(text: str) -> str:
    try:
        holder = json.loads(text)
    except ValueError:
        return "another apply is starting; try again"
    return (
        f"{holder['who']} runs `{holder['doing']}` since {holder['since']} "
        f"(process {holder['process']} on {holder['machine']}); wait for its end"
    )
