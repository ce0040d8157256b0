"""Inside new namespaces: builds a root that can only be read, drops every power, and becomes the program.

Run by jail.py with an order as JSON: `root` is an empty folder, `readable` gives folders and files by the
path at which the program finds them, `limits` memory and files in bytes and the processor time in seconds.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

OLD, WRITABLE = "/.townhall-old", "/.townhall-writable"
"""Two folders of the new root; what is read may lie at any path that people give to their folders."""
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _REMOUNT, _BIND = 1, 2, 4, 32, 4096
_DETACH = 2
_DROP_BOUNDING, _NO_NEW_PRIVILEGES = 24, 38
_CAPABILITIES = 64
_KEPT_FLAGS = os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC | os.ST_NOATIME | os.ST_NODIRATIME | os.ST_RELATIME
_MOUNTED = {os.ST_NOATIME: 1024, os.ST_NODIRATIME: 2048, os.ST_RELATIME: 1 << 21}
_LIBRARY = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    words = (source.encode(), bytes(target), kind.encode(), flags, options.encode())
    _checked(_LIBRARY.mount(*words[:3], ctypes.c_ulong(flags), words[4]), f"mount {target}")


def _memory(target: Path, size: int) -> None:
    _mount("none", target, "tmpfs", _NO_SETUID | _NO_DEVICES, f"size={size},mode=0755")


def _readable(root: Path, inside: str, outside: str) -> None:
    """Bind a folder or file; what its mount forbids already stays forbidden."""
    target = root / inside.lstrip("/")
    if Path(outside).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(outside, target, "", _BIND)
    had = os.statvfs(target).f_flag & _KEPT_FLAGS
    kept = sum(_MOUNTED.get(flag, flag) for flag in _flags(had))
    _mount("", target, "", _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES | kept)


def _flags(value: int) -> list[int]:
    return [1 << bit for bit in range(value.bit_length()) if value >> bit & 1]


def _build(root: Path, readable: Mapping[str, str], size: int) -> None:
    _memory(root, size)
    for inside, outside in sorted(readable.items()):
        _readable(root, inside, outside)
    old, writable = root / OLD.lstrip("/"), root / WRITABLE.lstrip("/")
    old.mkdir()
    writable.mkdir()
    _memory(writable, size)
    os.chdir(root)
    subprocess.run(["pivot_root", ".", old.name], check=True, stdin=subprocess.DEVNULL)
    os.chdir("/")
    _checked(_LIBRARY.umount2(os.fsencode(OLD), _DETACH), "umount")
    Path(OLD).rmdir()
    _mount("", Path("/"), "", _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)
    os.chdir(WRITABLE)


def _drop() -> None:
    """No power is left, and no program gives any back."""
    _checked(_LIBRARY.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    for number in range(_CAPABILITIES):
        _LIBRARY.prctl(_DROP_BOUNDING, number, 0, 0, 0)


def main(order: str) -> None:
    """Build the root and become the program."""
    wanted = json.loads(order)
    limits = wanted["limits"]
    _build(Path(wanted["root"]), wanted["readable"], limits["files"])
    _drop()
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["files"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    command = wanted["command"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": WRITABLE, "LC_ALL": "C.UTF-8"}
    os.execve(command[0], command, environment)  # noqa: S606  no shell is meant


if __name__ == "__main__":
    main(sys.argv[1])
