"""For tests of the worst moment: the process kills itself at a chosen step of its journal."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping
from threading import Lock

from orchestrator.apply.journal import Recorder
from orchestrator.model.record import Entry

VARIABLE = "TOWNHALL_CRASH_AT"


class Crashing:
    """A recorder that ends at step `at`: the first step is before the first append, the second after it."""

    def __init__(self, recorder: Recorder, at: int) -> None:
        self._recorder, self._left, self._alone = recorder, at, Lock()

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        """Append entries, with a step before and one after."""
        self._step()
        number = self._recorder.append(entries, contents)
        self._step()
        return number

    def _step(self) -> None:
        with self._alone:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def as_told(recorder: Recorder) -> Recorder:
    """Return the recorder, or one that crashes where the environment says so."""
    at = os.environ.get(VARIABLE, "")
    return Crashing(recorder, int(at)) if at.isdigit() else recorder
