"""Waits for another apply to end, and says for whom."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from orchestrator.apply.lock import BusyError

PAUSE = 5.0
Result = TypeVar("Result")


def patiently(
    act: Callable[[], Result],
    seconds: float,
    tell: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> Result:
    """Return what an act gives; wait at most so long for others, and tell each holder once."""
    end, holder = time.monotonic() + seconds, ""
    while True:
        try:
            return act()
        except BusyError as busy:
            if time.monotonic() >= end:
                raise
            if busy.holder != holder:
                holder = busy.holder
                tell(f"waiting: {busy}")
            pause(PAUSE)
