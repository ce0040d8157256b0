"""Ansible's side of the gate: waits on the controller until the journal has answered."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase  # type: ignore[import-untyped]

OPEN = "open"
HOLD = "hold"
LONGEST = 120.0
EVERY = 0.01


class ActionModule(ActionBase):  # type: ignore[misc]
    """Goes on when the file `answer` says `open`, waits on `hold`; fails with other words, or without any."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Wait for the answer."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        said = answered(Path(self._task.args["answer"]), LONGEST)
        return result if said == OPEN else result | {"failed": True, "msg": said}


def answered(answer: Path, longest: float) -> str:
    """Return what a gate's file says at last: without any word within `longest` seconds, that."""
    end = time.monotonic() + longest
    while (said := _read(answer)) in {None, HOLD}:
        if said is None and time.monotonic() > end:
            return "the journal did not answer"
        time.sleep(EVERY)
    return str(said)


def _read(answer: Path) -> str | None:
    return answer.read_text(encoding="utf-8") if answer.exists() else None
