"""Ansible's side of the gate: waits on the controller until the journal has answered."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase  # type: ignore[import-untyped]

OPEN = "open"
LONGEST = 120.0
EVERY = 0.01


class ActionModule(ActionBase):  # type: ignore[misc]
    """Goes on when the file `answer` says `open`; fails with its words, or when nobody answers."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Wait for the answer."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        answer, end = Path(self._task.args["answer"]), time.monotonic() + LONGEST
        while not answer.exists():
            if time.monotonic() > end:
                return result | {"failed": True, "msg": "the journal did not answer"}
            time.sleep(EVERY)
        said = answer.read_text(encoding="utf-8")
        return result if said == OPEN else result | {"failed": True, "msg": said}
