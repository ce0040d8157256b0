"""Bounds a whole load: what slips through the limits of single files may take neither all memory nor all day.

A load that takes too much is refused as a whole. The memory is that of the process, so that nothing needs
to run beside it; what other threads take meanwhile counts too, and is far less than what a load may have.
"""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from orchestrator.errors import Refused
from orchestrator.load.problems import Problems
from orchestrator.model.source import Source

_ONE_AT_A_TIME = threading.Lock()
_OWN = Path("/proc/self/statm")
_FIELD_OF_DATA = 5
_NOBODYS = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a load may take: bytes of memory, seconds of processor time, and more for each character.

    A town of plain lines takes 18 bytes and 0.3 microseconds for each; it may have many times that.
    """

    memory: int = 2**29
    seconds: float = 60.0
    memory_a_character: int = 100
    seconds_a_character: float = 3e-6

    def memory_for(self, size: int) -> int:
        """For an inventory of so many characters."""
        return self.memory + size * self.memory_a_character

    def seconds_for(self, size: int) -> float:
        """For an inventory of so many characters."""
        return self.seconds + size * self.seconds_a_character


BOUND = Bound()


@contextmanager
def bounded(files: Mapping[str, str], bound: Bound = BOUND) -> Iterator[None]:
    """Hold what is done with an inventory's texts to a bound; raises Refused where it takes more.

    A load within a load, or beside one in another thread, is held by the bound that is already there.
    """
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        yield
        return
    try:
        size = sum(map(len, files.values()))
        memory, seconds = bound.memory_for(size), bound.seconds_for(size)
        late = partial(_refusal, files, "TH-LOAD-TIME", f"{seconds:.4g} seconds of processor time")
        try:
            with _memory(memory), _time(seconds, late):
                yield
        except MemoryError:
            raise _refusal(files, "TH-LOAD-MEMORY", f"{memory >> 20} MiB of memory") from None
    finally:
        _ONE_AT_A_TIME.release()


@contextmanager
def _memory(most: int) -> Iterator[None]:
    """Let the process have so many more bytes of data; stacks and libraries of others are not counted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [limit for limit in (_data() + most, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data() -> int:
    """The process's data in bytes; behind walls that do not show it, what was ever resident stands for it."""
    try:
        pages = _OWN.read_text(encoding="ascii").split()[_FIELD_OF_DATA]
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(pages) * resource.getpagesize()


@contextmanager
def _time(most: float, late: Callable[[], Refused]) -> Iterator[None]:
    """Raise after so many seconds of processor time, which a busy machine does not use up.

    This is the clock that nearly nobody uses; where somebody does, it stays theirs. Signals reach the main
    thread only.
    """
    is_main = threading.current_thread() is threading.main_thread()
    is_free = signal.getsignal(signal.SIGPROF) is signal.SIG_DFL
    if not is_main or not is_free or signal.getitimer(signal.ITIMER_PROF) != _NOBODYS:
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise late()

    signal.signal(signal.SIGPROF, end)
    try:
        signal.setitimer(signal.ITIMER_PROF, most)
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
        finally:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)


def _refusal(files: Mapping[str, str], code: str, most: str) -> Refused:
    """Name the largest file: it is the first to look at."""
    largest = max(files, key=lambda file: len(files[file]), default=".")
    size, problems = sum(map(len, files.values())), Problems()
    reason = f"to read this inventory takes more than {most}, far more than files of plain lines of its size"
    remedy = f"look at what came last into its files, {largest} first: it is the largest"
    problems.add(Source(largest, 1), code, f"{size} characters", reason, remedy)
    return Refused(problems.found)
