"""What hands changed on each host, short enough to be kept and held against a later look."""

from __future__ import annotations

import hashlib
import json

from orchestrator.drift.said import Value, plain
from orchestrator.model.drift import Difference, Drift

Marks = dict[str, dict[str, str]]


def marks(drift: Drift) -> Marks:
    """Return by host the words of each change, with a digest of what the words leave open.

    A host without changes has none, one that did not answer is left out. Nothing of a text is in it.
    """
    found: Marks = {host: {} for host in drift.asked if host not in drift.silent}
    for one in drift.differences:
        if one.host in found:
            found[one.host][one.words] = _digest([_left_open(one), one.lines])
    return found


def _left_open(one: Difference) -> Value:
    """A text, or the entries that the words name: whatever else stands beside them has its own words."""
    if not isinstance(one.now, dict):
        return None
    if "digest" in one.now:
        return one.now["digest"]
    entries = one.now.get("users") or one.now.get("dropins") or one.now
    return {name: value for name, value in entries.items() if plain(name) in one.words}


def _digest(value: Value) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
