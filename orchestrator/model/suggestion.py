"""A line that would be right, offered in place of one that is not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """One line of one file of the request, the path from the top of the repository, and its better text."""

    file: str
    line: int
    old: str
    new: str
