"""Waiting until machines answer: a login service that speaks, an interface that is there."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from orchestrator.errors import LabError

PATIENCE_SECONDS = 60.0


def wait_until_ready(addresses: Iterable[str], interfaces: Callable[[], set[str]], wanted: set[str]) -> None:
    """Wait for SSH on every address and for the wanted interfaces; name those that stay silent."""
    end = time.monotonic() + PATIENCE_SECONDS
    chosen = sorted(addresses)
    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = list(pool.map(lambda address: _until(end, lambda: _speaks(address)), chosen))
    silent = [address for address, answered in zip(chosen, answers, strict=True) if not answered]
    if not _until(end, lambda: wanted <= interfaces()):
        silent += sorted(wanted - interfaces())
    if silent:
        raise LabError(f"these do not answer after {PATIENCE_SECONDS:g} s: {', '.join(silent)}")


def _until(end: float, happened: Callable[[], bool]) -> bool:
    while True:
        if happened():
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.2)


def _speaks(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=2) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
