"""How long units took, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median


def medians(spans: Iterable[tuple[str, str, str]]) -> dict[str, float]:
    """Return the median seconds of a unit by role, from role, beginning and end of each."""
    taken: dict[str, list[float]] = {}
    for role, begun, ended in spans:
        seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds()
        taken.setdefault(role, []).append(max(seconds, 0.0))
    return {role: median(found) for role, found in sorted(taken.items())}
