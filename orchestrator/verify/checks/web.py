"""What a web server answers to a machine, asked from that machine itself with what every host has."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

# Credentials come from the machine's own file of restic settings, never from a command line.
_ASK = """
import base64, json, os, sys, urllib.error, urllib.request
method, address = sys.argv[1:]
request = urllib.request.Request(address, method=method)
if "RESTIC_REST_USERNAME" in os.environ:
    pair = os.environ["RESTIC_REST_USERNAME"] + ":" + os.environ["RESTIC_REST_PASSWORD"]
    request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
try:
    answer = urllib.request.urlopen(request, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps([answer.status, answer.read().decode(errors="replace")]))
"""


@dataclass(frozen=True)
class Answer:
    """An HTTP status and the text that came with it."""

    status: int
    text: str


def ask(machine: Any, address: str, method: str = "GET", settings: str = "") -> Answer:
    """Ask an address; `settings` is a file on the machine that sets restic's user and password."""
    call = f"python3 -c {shlex.quote(_ASK)} {method} {shlex.quote(address)}"
    status, text = json.loads(machine.check_output(f"set -a; . {settings}; {call}" if settings else call))
    return Answer(int(status), str(text))
