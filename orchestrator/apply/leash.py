"""Runs ansible-playbook so that neither it nor any child of it outlives the townhall that started it.

A runner that is killed leaves its playbook and the workers of it at their tasks: the next apply would
meet them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

LEASHED = Path(__file__).with_name("leashed")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Run ansible-playbook with this command's arguments and return its exit code."""
    libc = ctypes.CDLL(None, use_errno=True)
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, _end)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        return 1
    beside = f"{Path(sys.executable).parent}:{os.environ['PATH']}".split(":")
    playbook = shutil.which("ansible-playbook", path=":".join(one for one in beside if Path(one) != LEASHED))
    return subprocess.run([playbook or "ansible-playbook", *sys.argv[1:]], check=False).returncode


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """End all descendants until none is left: those of an ended one come to this process."""
    while children := descendants(os.getpid()):
        for child in children:
            _kill(child)
        _reap()
    os._exit(128 + number)


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def descendants(root: int) -> list[int]:
    """Return all living processes below one."""
    found = [child for thread in Path(f"/proc/{root}/task").glob("*/children") for child in _numbers(thread)]
    return [*found, *(below for child in found for below in descendants(child))]


def _numbers(path: Path) -> list[int]:
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
