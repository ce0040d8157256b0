"""A machine that shows another key than the pinned one, or one that was never pinned, is not entered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import Observation
from orchestrator.reach import Answer

_OFFERED = re.compile(r"\b(SHA256:[A-Za-z0-9+/]{43})")
_CHANGED = re.compile(r"Host key for (\S+) has changed")
_UNKNOWN = re.compile(r"No (\S+) host key is known for (\S+)")
_PINNED_IN = re.compile(r"Offending \S+ key in (.+):(\d+)")


def rejection(answer: Answer, known: Observation) -> Problem | None:
    """Say that a host showed a key that is not its own, with both fingerprints and how to pin a new one."""
    if answer.reached:
        return None
    if changed := _CHANGED.search(answer.error):
        return _changed(answer.host, changed[1], known.fingerprint, answer.error)
    if unknown := _UNKNOWN.search(answer.error):
        return _unknown(answer.host, unknown[2])
    return None


def hold_host_keys(hosts: Iterable[str], observed: Mapping[str, Observation]) -> None:
    """Raise Refused with every rejected host where none of the hosts that a plan touches may be entered."""
    rejected = {host: seen.rejected for host, seen in observed.items() if seen.rejected}
    if rejected and not set(hosts) - rejected.keys():
        raise Refused(rejected.values())


def _changed(host: str, address: str, pinned: str, said: str) -> Problem:
    offered, place = _OFFERED.search(said), _PINNED_IN.search(said)
    file, line = (place[1].strip(), place[2]) if place else ("known_hosts", "1")
    shown = offered[1] if offered else "a key of another kind"
    reason = f"shows {shown}, and {pinned or 'another key'} is pinned: another machine, or someone in between"
    remedy = (
        "compare with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` at the machine itself; if it was "
        f"reinstalled: ssh-keygen -R '{address}' -f {file} && {_pin(address, file)}"
    )
    return Problem(f"{file}:{line}", "TH-HOST-KEY-CHANGED", host, reason, remedy)


def _unknown(host: str, address: str) -> Problem:
    reason = f"no host key is pinned for {address}, so that nobody knows who answers"
    remedy = f"compare the fingerprint at the machine itself, then: {_pin(address, 'known_hosts')}"
    return Problem("known_hosts:1", "TH-HOST-KEY-UNKNOWN", host, reason, remedy)


def _pin(address: str, file: str) -> str:
    name, _, port = address.strip("[").partition("]:")
    return f"ssh-keyscan {f'-p {port} ' if port else ''}-t ed25519 {name} >> {file}"
