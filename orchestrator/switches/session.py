"""The way to a device: a login with a key, to a host key that was pinned before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from orchestrator.errors import MachineError

_TOGETHER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a switch is and how to log in; `revert_seconds` is the time it waits for our confirmation."""

    platform: str
    address: str
    hostname: str
    user: str
    private_key: Path
    known_hosts: Path
    revert_seconds: int = 90
    port: int = 22


class Session(Protocol):
    """One login on a device."""

    def send_command(self, command: str, expect: str = "") -> str:
        """Answer of one command, read until the prompt or until the pattern."""

    def send_config(self, lines: Sequence[str]) -> str:
        """Answer of lines entered as configuration; a line that the device refuses is an error."""

    def save(self) -> None:
        """Make the running configuration the one to boot with."""

    def close(self) -> None:
        """Log out."""


Connect = Callable[[Target], Session]
_DEVICE_TYPES = {"ovs": "linux", "cisco_ios": "cisco_ios"}
_REFUSED_LINE = {"ovs": "", "cisco_ios": r"% (?:Invalid|Incomplete|Ambiguous|Bad)"}


class NetmikoSession:
    """A session by netmiko; unknown host keys are refused."""

    def __init__(self, target: Target) -> None:
        from netmiko import ConnectHandler
        from netmiko.exceptions import NetmikoBaseException
        from paramiko import SSHException  # type: ignore[import-untyped]

        self._target = target
        self._failures = (NetmikoBaseException, SSHException, EOFError, OSError, ValueError)
        for path in (target.private_key, target.known_hosts):
            if not path.is_file():
                raise MachineError(f"{target.hostname}: {path} is missing, so the switch cannot be reached")
        self._connection = self._try(lambda: ConnectHandler(**_options(target)))
        if target.platform != "ovs":
            self._try(self._connection.enable)

    def send_command(self, command: str, expect: str = "") -> str:
        """Answer of one command, read until the prompt or until the pattern."""
        return str(
            self._try(
                self._connection.send_command,
                command,
                expect_string=expect or None,
                read_timeout=_TOGETHER_SECONDS,
                strip_prompt=not expect,
                strip_command=not expect,
            )
        )

    def send_config(self, lines: Sequence[str]) -> str:
        """Answer of lines entered as configuration; a line that the device refuses is an error."""
        refused = _REFUSED_LINE[self._target.platform]
        return str(
            self._try(
                self._connection.send_config_set,
                list(lines),
                error_pattern=refused,
                read_timeout=_TOGETHER_SECONDS,
            )
        )

    def save(self) -> None:
        """Make the running configuration the one to boot with."""
        self._try(self._connection.save_config)

    def close(self) -> None:
        """Log out."""
        self._connection.disconnect()

    def _try(self, action: Callable[..., Any], *words: Any, **options: Any) -> Any:
        try:
            return action(*words, **options)
        except self._failures as failure:
            reason = " ".join(str(failure).split())
            raise MachineError(f"{self._target.hostname} ({self._target.address}): {reason}") from failure


def _options(target: Target) -> dict[str, Any]:
    """With the key itself instead of its path: no other key of this account is offered."""
    from paramiko import PKey

    return {
        "device_type": _DEVICE_TYPES[target.platform],
        "host": target.address,
        "port": target.port,
        "username": target.user,
        "pkey": PKey.from_path(str(target.private_key)),
        "allow_agent": False,
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(target.known_hosts),
        "conn_timeout": 8,
    }
