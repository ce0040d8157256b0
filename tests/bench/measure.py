"""Runs a command and says how long it took and how much memory it needed."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Measured:
    """Wall time in seconds, peak memory of the child in MiB, its output, and its processors' time in seconds.

    Not a number stands for what was not measured.
    """

    seconds: float
    mebibytes: float
    output: str
    processor: float = math.nan


def measured(
    call: Sequence[str], allowed: Sequence[int] = (0,), extra: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in the repository; any exit code that is not allowed raises RuntimeError."""
    environment = {**os.environ, "ANSIBLE_CONFIG": str(REPOSITORY / "ansible.cfg"), **(extra or {})}
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        alone = [sys.executable, "-m", "tests.bench.alone", str(report), *call]
        streams = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        output = subprocess.run(alone, cwd=REPOSITORY, env=environment, check=True, **streams).stdout
        code, seconds, kibibytes, processor = json.loads(report.read_text(encoding="utf-8"))
    if code not in allowed:
        raise RuntimeError(f"{' '.join(call)} ended with {code}:\n{output[-3000:]}")
    return Measured(seconds, kibibytes / 1024, output, processor)


def best_of(times: int, once: Callable[[], Measured]) -> Measured:
    """The quickest of several runs: what the machine can do when nothing else disturbs it."""
    return min((once() for _ in range(times)), key=lambda run: run.seconds)


def machine() -> str:
    """The machine in words: processors, memory, Python."""
    model = next(iter(_said("/proc/cpuinfo", "model name")), platform.machine())
    kibibytes = next(iter(_said("/proc/meminfo", "MemTotal")), "0").split()[0]
    memory = f"{int(kibibytes) / 2**20:.0f} GiB"
    return f"{os.cpu_count()} x {model}, {memory}, Python {platform.python_version()}"


def _said(file: str, key: str) -> list[str]:
    """What a file of the kernel says to a key."""
    lines = (line.partition(":") for line in Path(file).read_text(encoding="utf-8").splitlines())
    return [value.strip() for name, _, value in lines if name.strip() == key]
