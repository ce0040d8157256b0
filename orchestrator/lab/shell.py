"""Commands of this machine, and words on what is going on."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.errors import LabError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands; a failing one stops the lab with its own words."""

    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *call: str, given: str | bytes = b"") -> str:
        """Run a command and return its standard output."""
        done = self._done(call, given)
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise LabError(f"{' '.join(call)[:200]}\n{said[-1500:]}")
        return done.stdout.decode(errors="replace")

    def succeeds(self, *call: str) -> bool:
        """Whether a command ends well."""
        return self._done(call, b"").returncode == 0

    def _done(self, call: Sequence[str], given: str | bytes) -> subprocess.CompletedProcess[bytes]:
        data = given.encode() if isinstance(given, str) else given
        try:
            return subprocess.run(
                call, input=data, check=False, capture_output=True, env=dict(self.environment) or None
            )
        except FileNotFoundError as missing:
            raise LabError(f"{call[0]} is not installed; townhall doctor names what is missing") from missing


@contextmanager
def step(say: Say, promise: str) -> Iterator[None]:
    """Say how long something took, or that it has begun where it takes long."""
    say(promise)
    begin = time.monotonic()
    yield
    took = time.monotonic() - begin
    if took > 2:
        say(f"  done in {took:.0f} s")
