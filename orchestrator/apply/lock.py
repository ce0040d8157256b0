"""One apply at a time: a lock that says who holds it and frees itself when its holder dies."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.drift.said import plain
from orchestrator.errors import TownhallError

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_TOLD = {"who": "somebody", "doing": "something", "since": "an unknown time"}


class BusyError(TownhallError):
    """Someone else is applying; wait for them. `holder` stays the same while they hold on."""

    def __init__(self, message: str, holder: str = "") -> None:
        self.holder = holder or message
        super().__init__(message)


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
        file.write(json.dumps(holder(doing)))
        file.flush()
        yield


def identity(path: Path) -> str:
    """Return what only those share who compete for the same lock: its file, on this machine since its start.

    A copy of the file, or of the whole machine, is another lock.
    """
    there = path.stat()
    return f"{_BOOT.read_text(encoding='ascii').strip()} {there.st_dev} {there.st_ino}"


def holder(doing: str) -> dict[str, object]:
    """Return what others are told of whoever holds something: who, what, since when, where."""
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


def words(told: Mapping[str, object]) -> str:
    """Say who holds something; what another machine says of it cannot play with the terminal."""
    said = {key: plain(told.get(key) or instead) for key, instead in _TOLD.items()}
    commit = f" of commit {plain(told['commit'])[:12]}" if told.get("commit") else ""
    process, machine = plain(told.get("process", "?")), plain(told.get("machine", "?"))
    return (
        f"{said['who']} runs `{said['doing']}`{commit} since {said['since']} (process {process} on {machine})"
    )


def _told(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return "another apply is starting; try again"
    return f"{words(told)}; wait for its end"
