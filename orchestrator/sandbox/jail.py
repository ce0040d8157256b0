"""Runs a program that nobody trusts: no network, no secrets, nothing to write but a folder in memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import IO

from orchestrator.errors import MachineError

_ENTER = Path(__file__).with_name("enter.py")
_NAMESPACES = ("--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--uts")
_ENDING = ("--fork", "--kill-child")
_ADMINISTRATION = "/usr/sbin:/sbin"
"""Where pivot_root lies, which is not on the path of most people."""
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/dev/null")
_REMEDY = (
    "let this user make user namespaces (sysctl kernel.unprivileged_userns_clone=1, or an AppArmor profile "
    "for unshare), or do it on the control node"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a program may take: bytes of memory, bytes of files, seconds, processes."""

    memory: int = 2 << 30
    files: int = 256 << 20
    seconds: int = 120
    processes: int = 64


@dataclass(frozen=True, slots=True)
class Said:
    """How a program ended, and the bytes that it printed; `status` is negative for a signal."""

    status: int
    output: bytes
    error: str = ""
    in_time: bool = True


@dataclass(frozen=True, slots=True)
class Jail:
    """Where programs run: what they may read by the path at which they find it, and their limits."""

    readable: Mapping[str, str]
    limits: Limits = field(default_factory=Limits)

    def run(self, command: Sequence[str]) -> Said:
        """Run a program; where anything cannot be shut off, it does not begin."""
        with TemporaryDirectory() as root, NamedTemporaryFile() as output, NamedTemporaryFile() as error:
            order = {
                "root": root,
                "readable": {**_interpreter(), **self.readable},
                "limits": asdict(self.limits),
                "command": list(command),
            }
            walls = ["unshare", *_NAMESPACES, *_ENDING]
            call = [*walls, sys.executable, "-I", "-S", str(_ENTER), json.dumps(order)]
            done = subprocess.Popen(
                call,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=error,
                env={"PATH": f"{os.environ.get('PATH', os.defpath)}:{_ADMINISTRATION}", "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
            in_time = _ended(done, self.limits.seconds)
            return Said(done.returncode, _read(output), _read(error).decode("utf-8", "replace"), in_time)


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _ended(done: subprocess.Popen[bytes], seconds: int) -> bool:
    try:
        done.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(done.pid, signal.SIGKILL)
        done.wait()
        return False
    return True


def _interpreter() -> dict[str, str]:
    """The system's programs and this Python with its packages, each at its own path."""
    found = [*_SYSTEM, sys.prefix, sys.base_prefix]
    return {path: path for path in dict.fromkeys(found) if Path(path).exists()}


def see_that_it_isolates() -> None:
    """Raise MachineError where this machine cannot shut a program off."""
    try:
        said = Jail({}).run([sys.executable, "-I", "-c", "print('isolated')"])
    except OSError as error:
        raise MachineError(f"code of a branch cannot be isolated here: {error}; {_REMEDY}") from error
    if said.output != b"isolated\n":
        why = (said.error.strip().splitlines() or ["no answer"])[-1]
        raise MachineError(f"code of a branch cannot be isolated here: {why}; {_REMEDY}")
