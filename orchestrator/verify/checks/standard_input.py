"""Programs on machines that read their input, secrets among it, where no process list shows it."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

from orchestrator.verify.context import Context


def answer(context: Context, host: str, script: str, given: object) -> Any:
    """Run a Python program on the host; it reads JSON on standard input, its last line of output is JSON."""
    user = context.town.connection.user
    remote = [*(() if user == "root" else ("sudo", "-n")), "python3", "-c", script]
    call = ["ssh", "-F", str(context.ssh_config), host, shlex.join(remote)]
    done = subprocess.run(
        call, input=json.dumps(given), capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, f"on {host}: {done.stderr.strip()[-1500:]}"
    return json.loads(done.stdout.strip().splitlines()[-1])
