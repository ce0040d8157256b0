"""Hosts that are not entered, in an admin's words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from orchestrator.errors import Problem
from orchestrator.report.request_words import count


def rejected_text(problems: Sequence[Problem]) -> list[str]:
    """Return one section with a paragraph for each host, or nothing."""
    if not problems:
        return []
    head = f"{count(len(problems), 'host')} not entered; what is pending there stays pending"
    return ["\n".join([head, indent("\n".join(map(str, problems)), "  ")])]
