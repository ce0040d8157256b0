"""Hosts as folders that run every command for real, and runs that want their fences."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.apply.fence import Bearer, Fence
from orchestrator.apply.fences import bearer
from orchestrator.apply.fencing import Fencing
from orchestrator.apply.lock import holder
from orchestrator.apply.stamps import Stamps
from orchestrator.reach import UNREACHABLE, Answer

STAMPS = Stamps("units")


@dataclass(frozen=True)
class Hosts:
    """Each host is a folder in which its commands run; those in `silent` do not answer.

    With `stopped_clocks` each has an `uptime` file, which only a test moves on.
    """

    root: Path
    silent: set[str] = field(default_factory=set)
    stopped_clocks: bool = False

    @property
    def fence(self) -> Fence:
        """Where each keeps its fence."""
        return Fence("kept", "run", "uptime" if self.stopped_clocks else "/proc/uptime")

    def folder(self, host: str) -> Path:
        """The folder of a host."""
        path = self.root / host
        path.mkdir(parents=True, exist_ok=True)
        if self.stopped_clocks and not (path / "uptime").exists():
            self.up_since(host, 1000)
        return path

    def up_since(self, host: str, seconds: float) -> None:
        """Say for how long a host is up."""
        (self.root / host / "uptime").write_text(f"{seconds:.2f} 0.00\n")

    def restart(self, host: str) -> None:
        """Lose what is in memory, and count from the start."""
        for path in (self.folder(host) / "run").iterdir():
            path.unlink()
        self.up_since(host, 3)

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run each command in its host's folder, all at once."""
        with ThreadPoolExecutor(32) as pool:
            return dict(zip(commands, pool.map(self._run, commands, commands.values()), strict=True))

    def _run(self, host: str, command: str) -> Answer:
        if host in self.silent:
            return Answer(host, UNREACHABLE, "", "no route to host")
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder(host), capture_output=True, text=True, check=False
        )
        return Answer(host, done.returncode, done.stdout, done.stderr.strip())

    def stamp(self, host: str, role: str, text: str = "stamp") -> Path:
        """Put a stamp on a host."""
        path = self.folder(host) / "units" / f"{role}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def holder(self, host: str) -> str:
        """Return the run that took a host's fence last, with the number, or nothing."""
        path = self.folder(host) / "kept" / "last"
        return path.read_text().strip() if path.exists() else ""


def run_named(name: str, lock: str = "", seconds: int = 60) -> Bearer:
    """A run by its own control machine, unless it shares a `lock` with others."""
    told = {**holder(f"townhall apply of {name}"), "commit": "0123456789abcdef"}
    one = bearer(name, lock or f"lock of {name}", told)
    return Bearer(one.run, one.text, one.lock, seconds)


def wanting(hosts: Hosts, name: str, wanted: Iterable[str], lock: str = "", seconds: int = 60) -> Fencing:
    """A run that wants the fences of some hosts, on each of which it will apply the role `base`."""
    roles = dict.fromkeys(wanted, ("base",))
    who = run_named(name, lock, seconds)
    return Fencing(who, hosts, roles, frozenset(hosts.silent), hosts.fence, STAMPS)
