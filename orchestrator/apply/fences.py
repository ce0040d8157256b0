"""The fences of one run: kept while it lives, given back at its end, and what is asked before a change."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from orchestrator.apply.fence import NONE, Bearer
from orchestrator.apply.fencing import Fencing
from orchestrator.drift.said import plain

VARIABLE = "TOWNHALL_FENCE_SECONDS"
SECONDS = 180
"""Renewed at every third, so that 120 s are left at any time: more than the 100 s in which a change that
locked the controller out takes itself back."""


@dataclass(slots=True)
class Fences:
    """What a run holds: the mark of each host's fence; `guard` makes the command that asks a host for it.

    `confirm` asks a host now; `lost` says why nothing further may be changed.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    guard: Callable[[str], str] = lambda _: ""
    confirm: Callable[[str], object] = lambda _: None
    lost: str = ""

    def lose(self, why: str) -> None:
        """Keep the first reason for which nothing further may be changed."""
        self.lost = self.lost or f"this run lost its fence: {why}"

    def mark(self, host: str) -> str:
        """Return the mark of a host's fence, also where there is none."""
        return self.marks.get(host, NONE)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each host's fence."""
        return {host: int(mark.split()[0]) for host, mark in sorted(self.marks.items())}


def bearer(run: str, lock: str, told: Mapping[str, object]) -> Bearer:
    """Return the bearer of a run's fences; hosts keep what is `told` of it in one line of plain signs."""
    text = json.dumps({key: plain(value) for key, value in told.items()} | {"run": run}, sort_keys=True)
    seconds = os.environ.get(VARIABLE, "")
    return Bearer(run, text, lock, int(seconds) if seconds.isdecimal() else SECONDS)


@contextmanager
def fenced(fencing: Fencing) -> Iterator[Fences]:
    """Hold the fences of a run; a thread shows the hosts that it lives. Raises as Fencing.take does."""
    fences = Fences(fencing.take(), fencing.fence.check)
    fences.confirm = lambda wanted: _renew(
        fencing, fences, {host: mark for host, mark in fences.marks.items() if host == wanted}
    )
    ended = Event()
    beat = Thread(target=_keep, args=(fencing, fences, ended), daemon=True)
    beat.start()
    try:
        yield fences
    finally:
        ended.set()
        beat.join()
        fencing.give_back(fences.marks)


def _renew(fencing: Fencing, fences: Fences, marks: Mapping[str, str]) -> bool:
    """Return whether any host confirmed that the run lives; without room for a process here none can."""
    try:
        said = fencing.renew(marks)
    except OSError:
        return False
    for why in filter(None, said.values()):
        fences.lose(why)
    return "" in said.values()


def _keep(fencing: Fencing, fences: Fences, ended: Event) -> None:
    """Renew until the run ends. The clock goes on while this machine sleeps.

    A host that is silent alone is lost to the run by its own tasks; where all are, this machine is cut off
    or was stopped, and others may have begun.
    """
    seconds = fencing.bearer.seconds
    heard = asked = _now()
    while fences.marks and not fences.lost and not ended.wait(min(1, seconds / 10)):
        if _now() - heard >= seconds:
            fences.lose(f"no machine heard of it for {seconds} s, and another run may have begun")
        elif _now() - asked >= seconds / 3:
            asked = _now()
            heard = asked if _renew(fencing, fences, fences.marks) else heard


def _now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
