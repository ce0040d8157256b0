"""Whether a merged inventory holds what was applied without it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

Files = Mapping[str, str]


def covers(merged: Files, before: Files, applied: Files) -> bool:
    """Whether every line that was put in stands in the merged files, and every one taken out does not.

    `before` is what was merged when `applied` went its own way; other lines may differ as they like.
    """
    changed = {path for path in {*before, *applied} if before.get(path) != applied.get(path)}
    return all(_holds(_lines(merged, path), _lines(before, path), _lines(applied, path)) for path in changed)


def _holds(merged: Counter[str], before: Counter[str], applied: Counter[str]) -> bool:
    put_in, taken_out = applied - before, before - applied
    return all(merged[line] >= applied[line] for line in put_in) and all(
        merged[line] <= applied[line] for line in taken_out
    )


def _lines(files: Files, path: str) -> Counter[str]:
    lines = (line.strip() for line in files.get(path, "").splitlines())
    return Counter(line for line in lines if line)
