"""What may be used once only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from orchestrator.load.problems import Problems
from orchestrator.model.source import Source

Value = TypeVar("Value")


def once(
    uses: Iterable[tuple[Value, Source, str]], code: str, what: str, remedy: str, problems: Problems
) -> None:
    """Note every use after the first in reading order; a use is value, line and who uses it."""
    first: dict[Value, tuple[Source, str]] = {}
    twice = [use for use in uses if first.setdefault(use[0], use[1:]) != use[1:]]
    if not twice:
        return
    again = {value for value, _, _ in twice}
    users = [(value, *first[value]) for value in again] + twice
    first.clear()
    for value, source, user in sorted(users, key=lambda use: (use[1], use[2])):
        earlier = first.setdefault(value, (source, user))
        if earlier != (source, user):
            reason = f"this {what} is taken by {earlier[1]} ({earlier[0]})"
            problems.add(source, code, value, reason, remedy)
