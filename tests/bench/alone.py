"""Runs a command from a small process: `python -m tests.bench.alone REPORT COMMAND ...`.

The peak memory of a process counts that of the one that started it: a benchmark that has read a town itself
would give its own to every row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Write exit code, seconds, peak memory in KiB and seconds of the processors to the report."""
    report, *call = sys.argv[1:]
    begin = time.monotonic()
    child = subprocess.Popen(call)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin
    said = [child.returncode, seconds, usage.ru_maxrss, usage.ru_utime + usage.ru_stime]
    Path(report).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main()
