"""A session with a simulated Open vSwitch machine: its shell, its database and its revert timer."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.switches.ovs_device import OvsDevice


@dataclass
class OvsShell:
    """Understands what the driver types; `log` is what happened, in order."""

    device: OvsDevice
    log: list[str] = field(default_factory=list)
    undo: list[str] | None = None
    armed: bool = False
    _arrays: dict[str, list[str]] = field(default_factory=dict)

    def send_config(self, lines: Sequence[str]) -> str:
        """Fill shell arrays."""
        for line in lines:
            name, more, words = line.removesuffix(")").partition("+=(")
            if more:
                self._arrays[name] += shlex.split(words)
            else:
                self._arrays[name.removesuffix("=(")] = []
        return ""

    def send_command(self, command: str, expect: str = "") -> str:
        """Answer a command and its status."""
        said, status = self._run(command.rpartition("; echo ")[0])
        return f"{said}\ntownhall-status {status}"

    def save(self) -> None:
        """Nothing to do: the database is on disk."""

    def close(self) -> None:
        """Log out."""
        self.log.append("logout")

    def revert(self) -> None:
        """The timer fires."""
        assert self.armed
        assert self.undo is not None
        for line in self.undo:
            self.device.type(line)
        self.armed = False

    def _run(self, command: str) -> tuple[str, int]:
        if command.startswith("ovs-vsctl --format=json"):
            return self.device.text(), 0
        if "is-active" in command:
            return "", 0 if self.armed else 3
        if command.startswith("systemctl daemon-reload") or "townhall_service" in command:
            return "", 0
        if "townhall_undo" in command:
            self.undo = self._arrays["townhall_undo"]
        elif command.startswith("systemd-run"):
            self.armed = True
            self.log.append("armed")
        elif command.startswith("ovs-vsctl"):
            self.device.type("ovs-vsctl " + shlex.join(self._arrays["townhall_change"]))
            self.log.append("changed")
        elif command.startswith("printf") and "ip -batch" in command:
            for line in self._arrays["townhall_links"]:
                self.device.type(f"ip {line}")
        elif command.startswith("rm -f"):
            self.armed = False
            self.log.append("confirmed")
        else:
            return "no such command", 127
        return "", 0
