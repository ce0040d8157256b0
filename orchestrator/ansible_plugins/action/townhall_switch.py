"""Ansible's way to switches: runs on the controller and calls what the orchestrator calls."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase  # type: ignore[import-untyped]

from orchestrator.errors import TownhallError
from orchestrator.switches import apply_switch, from_arguments


class ActionModule(ActionBase):  # type: ignore[misc]
    """Configures one switch from the arguments of the role `switch`, given as the task's own."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Apply or compare; a refusal or a silent device fails the task with its reason."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            change = apply_switch(*from_arguments(self._task.args), check=self._task.check_mode)
        except TownhallError as error:
            return result | {"failed": True, "msg": str(error)}
        after = "".join(f"{line}\n" for line in change.lines)
        return result | {
            "changed": change.changed,
            "lines": list(change.lines),
            "diff": {"before": "", "after": after},
        }
