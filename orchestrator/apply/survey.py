"""Ask machines who they are and what was applied to them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping

from orchestrator.apply.host_keys import rejection
from orchestrator.model.intent import Intent
from orchestrator.model.plan import Observation
from orchestrator.model.town import Town
from orchestrator.reach import Answer, Shell, in_project

STAMPS = "/var/lib/townhall/units"
_FREE, _CLOCK = "free ", "clock "
_ROOM = f"df -Pk / /var/lib 2>/dev/null | awk 'NR > 1 {{print \"{_FREE}\" $4}}'"


def pinned(town: Town, intent: Intent) -> dict[str, Observation]:
    """Return what is known without asking: the pinned SSH host key of each host that has one."""
    path = in_project(town.connection.known_hosts)
    keys = known_keys(path.read_text(encoding="utf-8")) if path.exists() else {}
    named = {host: (str(placement.control_address), host) for host, placement in intent.placements.items()}
    found = {host: keys.get(address) or keys.get(name) for host, (address, name) in named.items()}
    return {host: Observation(fingerprint=key) for host, key in found.items() if key}


def known_keys(text: str) -> dict[str, str]:
    """Return the fingerprint of each name in a known_hosts file; Ed25519 wins over other kinds."""
    found: dict[str, tuple[bool, str]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and not words[0].startswith(("#", "@", "|")):
            candidate = (words[1] == "ssh-ed25519", _fingerprint(words[2]))
            for name in words[0].split(","):
                found[name] = max(found.get(name, candidate), candidate)
    return {name: fingerprint for name, (_, fingerprint) in found.items()}


def _fingerprint(key: str) -> str:
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def survey(
    shell: Shell, hosts: Iterable[str], known: Mapping[str, Observation], folder: str = STAMPS
) -> dict[str, Observation]:
    """Read identity, stamps, free room and clock of hosts, each in one round trip, many at once.

    A silent one is not reachable; nor is one that shows a key which is not pinned for it: that is rejected.
    """
    command = f"cat /etc/machine-id {folder}/*.json 2>/dev/null; {_ROOM}; date +'{_CLOCK}%s'; true"
    answers = shell.run_all(dict.fromkeys(hosts, command), timeout=30)
    return {host: observation(answer, known.get(host, Observation())) for host, answer in answers.items()}


def observation(answer: Answer, known: Observation) -> Observation:
    """Understand one host's answer."""
    if not answer.reached:
        return Observation(known.fingerprint, reachable=False, rejected=rejection(answer, known))
    said = answer.output.splitlines()
    room, clock = _numbers(said, _FREE), _numbers(said, _CLOCK)
    machine_id, *lines = [line for line in said if not line.startswith((_FREE, _CLOCK))] or [""]
    stamps = [stamp for stamp in map(_stamp, lines) if stamp.get("machine_id") == machine_id]
    return Observation(
        fingerprint=known.fingerprint,
        machine_id=machine_id.strip(),
        stamps={stamp["role"]: stamp["key"] for stamp in stamps},
        free=min(room, default=None),
        skew=clock[0] - answer.moment if clock and answer.moment is not None else None,
    )


def _numbers(said: Iterable[str], mark: str) -> list[int]:
    return [int(line.removeprefix(mark)) for line in said if line.startswith(mark)]


def _stamp(line: str) -> dict[str, str]:
    try:
        stamp = json.loads(line)
    except ValueError:
        return {}
    return stamp if isinstance(stamp, dict) and {"role", "key"} <= set(stamp) else {}
