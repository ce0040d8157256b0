"""A run that was cut off, in an admin's words."""

from __future__ import annotations

from orchestrator.model.interrupted import Interrupted

_WORDS = {
    "done": "done",
    "failed": "failed",
    "reverted": "taken back by their own machine",
    "unknown": "unknown, checked before anything else",
    "not started": "not started",
}


def interrupted_text(cut: Interrupted) -> str:
    """Return who began the run and when, and one line for each state that any of its units is in."""
    lines = [f"the run {cut.run} of {cut.who} was cut off; it began {cut.since}"]
    for state, words in _WORDS.items():
        if units := cut.having(state):
            names = ", ".join(f"{role} on {host}" for host, role in units)
            lines.append(f"  {len(units)} {words}: {names}")
    return "\n".join(lines) + "\n"
