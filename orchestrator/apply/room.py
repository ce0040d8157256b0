"""Room on the disks, asked for before the first change."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from orchestrator.errors import MachineError
from orchestrator.model.plan import Observation

LEAST = 100 * 1024
"""KiB that must be free; the smallest package of a role needs about as much."""


def free_here(path: Path) -> int:
    """Return the KiB that are free where a path lies, or would lie."""
    there = next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free // 1024


def need_room(
    hosts: Iterable[str],
    observed: Mapping[str, Observation],
    own: Iterable[Path],
    free: Callable[[Path], int] = free_here,
) -> None:
    """Raise MachineError with every disk that has too little room: of hosts, and below own paths."""
    short = [*_short_hosts(hosts, observed), *_short_paths(own, free)]
    if short:
        raise MachineError(
            f"too little room: {'; '.join(short)}; at least {LEAST // 1024} MiB must be free\n"
            "    remedy: make room there and try again; nothing was changed"
        )


def _short_hosts(hosts: Iterable[str], observed: Mapping[str, Observation]) -> Iterator[str]:
    for host in hosts:
        left = observed.get(host, Observation()).free
        if left is not None and left < LEAST:
            yield f"{host} has {left // 1024} MiB left"


def _short_paths(own: Iterable[Path], free: Callable[[Path], int]) -> Iterator[str]:
    for path in own:
        if (left := free(path)) < LEAST:
            yield f"this machine has {left // 1024} MiB left for {path}"
