"""Whose turn it is: a lane works when what it waits for is over and a place is free, earlier lanes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Condition

_LOOK_AGAIN = 0.2
"""Seconds after which one that waits asks again whether it is given up."""


class Turns:
    """The plays of a run that are over, and the lanes at work: at most `most` at once.

    Of those at most `starts` start their Ansible at once, which takes each seconds of a processor.
    """

    def __init__(self, most: int, starts: int = 1, needs: Mapping[str, frozenset[str]] | None = None) -> None:
        self._most = most
        self._starts = starts
        self._needs = needs or {}
        self._news = Condition()
        self._ended: set[str] = set()
        self._over: set[str] = set()
        self._asking: dict[int, tuple[frozenset[str], bool]] = {}
        self._at_work: set[int] = set()
        self._starting: set[int] = set()

    def end(self, plays: Iterable[str]) -> None:
        """Remember that plays ended; one that had nothing to do is over only behind those that it needs."""
        with self._news:
            self._ended.update(plays)
            while new := {
                play for play in self._ended - self._over if self._needs.get(play, frozenset()) <= self._over
            }:
                self._over |= new
            self._news.notify_all()

    def are_over(self, plays: frozenset[str]) -> bool:
        """Whether all these plays are over."""
        with self._news:
            return plays <= self._over

    def take(
        self, lane: int, needed: frozenset[str], is_given_up: Callable[[], object], starts: bool = False
    ) -> bool:
        """Wait until the needed plays are over and a place is free; False when it is given up.

        A lane that `starts` an Ansible waits for a place to start too, which it has until `started`.
        """
        with self._news:
            self._asking[lane] = needed, starts
            try:
                while not is_given_up():
                    if self._is_next(lane):
                        self._at_work.add(lane)
                        self._starting |= {lane} if starts else set()
                        return True
                    self._news.wait(_LOOK_AGAIN)
                return False
            finally:
                del self._asking[lane]
                self._news.notify_all()

    def started(self, lane: int) -> None:
        """Tell, as often as one likes, that the Ansible of a lane runs."""
        if lane in self._starting:
            with self._news:
                self._starting.discard(lane)
                self._news.notify_all()

    def give(self, lane: int) -> None:
        """Leave the place of a lane to others."""
        self.started(lane)
        with self._news:
            self._at_work.discard(lane)
            self._news.notify_all()

    def _is_next(self, lane: int) -> bool:
        none_starts = len(self._starting) >= self._starts
        ready = (
            number
            for number, (needed, starts) in self._asking.items()
            if needed <= self._over and not (starts and none_starts)
        )
        return len(self._at_work) < self._most and lane == min(ready, default=-1)
