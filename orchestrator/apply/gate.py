"""The gate of each play: Ansible waits there until the journal has written down that the play's units begin.

An event of Ansible only tells what already goes on; without the gate a change could overtake its record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

GATE_TASK = "The journal knows that these units begin"
OPEN = "open"
HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates of one run of Ansible; each is a file that holds `open`, `hold`, or why it stays shut."""

    folder: Path

    def task(self, play: str) -> dict[str, object]:
        """Return the task that waits, once for all hosts of the play."""
        return {"name": GATE_TASK, "townhall_gate": {"answer": str(self._path(play))}, "run_once": True}

    def hold(self, play: str) -> None:
        """Let a play wait for as long as it takes."""
        self._answer(play, HOLD)

    def open(self, play: str) -> None:
        """Let a play begin."""
        self._answer(play, OPEN)

    def shut(self, play: str, why: str) -> None:
        """Let a play end before its first change."""
        self._answer(play, why)

    def _answer(self, play: str, text: str) -> None:
        path = self._path(play)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)

    def _path(self, play: str) -> Path:
        return self.folder / "gates" / hashlib.sha256(play.encode()).hexdigest()[:16]
