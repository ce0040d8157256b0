"""What a forge can do for us, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from orchestrator.errors import MachineError
from orchestrator.model.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment under a request, or at one of its lines, with the log-on name of its author."""

    id: str
    author: str
    body: str


class DoubtError(MachineError):
    """The forge may or may not have done it; `wait` seconds before looking."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class DeclinedError(MachineError):
    """The forge does not take what was sent, such as a remark at a line that the request does not touch."""


class Forge(Protocol):
    """One request on one forge."""

    @property
    def limit(self) -> int:
        """How many characters a comment may have, counted as UTF-16 counts them."""

    def author(self) -> str:
        """The log-on name that our token speaks for."""

    def comments(self) -> Iterator[Comment]:
        """Every comment of the request, the oldest first; at lines too if the forge has remarks at lines."""

    def write(self, body: str, earlier: Comment | None) -> str:
        """Post a comment, or put a new body into an earlier one; returns its address."""

    def suggest(self, suggestion: Suggestion, head: str, earlier: Comment | None) -> None:
        """Offer a line at its place below some words; raises DeclinedError where that cannot be."""
