"""How the controller reaches machines: one generated ssh configuration, one connection kept open per host."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from orchestrator.errors import MachineError
from orchestrator.model.intent import Intent
from orchestrator.model.town import Connection, Town

PROJECT = Path(__file__).resolve().parents[1]
UNREACHABLE = 255

_HOST = """\
Host {host}
  HostName {address}
  User {user}
  IdentityFile {private_key}
  IdentitiesOnly yes
  UserKnownHostsFile {known_hosts}
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 8
  ServerAliveInterval 5
  ServerAliveCountMax 3
  ControlMaster auto
  ControlPersist 120s
  ControlPath {socket}%C

"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one host said; status 255 means that it could not be reached.

    `moment` is what the controller's clock said in the middle of the round trip, in seconds since 1970.
    """

    host: str
    status: int
    output: str
    error: str
    moment: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the command ran on the host at all."""
        return self.status != UNREACHABLE


def control_directory() -> Path:
    """The private directory of connection sockets.

    It carries the number of the network namespace: two labs use the same addresses in different ones.
    """
    namespace = Path("/proc/self/ns/net").stat().st_ino
    directory = Path(f"/tmp/townhall-{os.getuid()}-{namespace}")  # noqa: S108  a socket path holds 108 bytes
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise MachineError(f"{directory} belongs to another user; remove it and try again")
    return directory


def in_project(path: str) -> Path:
    """A path of the inventory, relative to the project unless it is absolute."""
    return PROJECT / Path(path).expanduser()


def write_ssh_config(town: Town, intent: Intent) -> Path:
    """Write the ssh configuration of every host of the town and return its path.

    It lies beside its sockets and is named by its content: scenarios in other namespaces write their own.
    """
    connection, control = town.connection, control_directory()
    pins = _pins(in_project(connection.known_hosts))
    text = "".join(
        _host_block(connection, host, str(placement.control_address), f"{control}/{pins}")
        for host, placement in intent.placements.items()
    )
    path = control / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.config"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(path)


def _pins(known_hosts: Path) -> str:
    """Name the pinned keys as they are: an open connection was made to those of before, and asks no more."""
    text = known_hosts.read_bytes() if known_hosts.exists() else b""
    return hashlib.sha256(text).hexdigest()[:8]


def _host_block(connection: Connection, host: str, address: str, socket: str) -> str:
    return _HOST.format(
        host=host,
        address=address,
        user=connection.user,
        socket=socket,
        private_key=in_project(connection.private_key),
        known_hosts=in_project(connection.known_hosts),
    )


class Shell(Protocol):
    """Runs shell commands on many hosts at once."""

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run one command on each host and return the answers by host."""


@dataclass(frozen=True, slots=True)
class Ssh:
    """Runs commands on hosts over plain ssh, and over the connection that is kept open where it is shared."""

    config: Path
    become: bool = False
    shared: bool = True

    def run(self, host: str, command: str, timeout: float = 60) -> Answer:
        """Run one shell command on one host; a connection that broke is opened once more."""
        answer = self._run(host, command, timeout)
        return answer if answer.reached else self._run(host, command, timeout)

    def _run(self, host: str, command: str, timeout: float) -> Answer:
        words = ["sudo", "-n", "sh", "-c", _quoted(command)] if self.become else [command]
        options = () if self.shared else ("-o", "ControlPath=none")
        began, ticks = time.time(), time.monotonic()
        try:
            done = subprocess.run(
                ["ssh", "-F", str(self.config), *options, host, "--", *words],
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            return Answer(host, UNREACHABLE, "", f"no answer within {timeout:g} s")
        middle = began + (time.monotonic() - ticks) / 2
        return Answer(host, done.returncode, done.stdout, done.stderr.strip(), middle)

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run one command on each host, many at once, and return the answers by host."""
        with ThreadPoolExecutor(max_workers=32) as pool:
            answers: Iterable[Answer] = pool.map(
                lambda pair: self.run(pair[0], pair[1], timeout), sorted(commands.items())
            )
            return {answer.host: answer for answer in answers}


def anew(shell: Shell) -> Shell:
    """Return a shell whose every command goes over a new connection: an open one survives a closed door."""
    return replace(shell, shared=False) if isinstance(shell, Ssh) else shell


def _quoted(command: str) -> str:
    return "'" + command.replace("'", "'\\''") + "'"
