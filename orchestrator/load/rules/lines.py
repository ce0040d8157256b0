"""Hosts' lines: no name, MAC, address or socket twice, and what a line names is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.model.names import SWITCH_PLATFORMS, SWITCHES
from orchestrator.model.source import Source

_UNIQUE = (
    ("mac", "TH-MAC-TWICE", "MAC", "copy it again from the machine's label"),
    ("socket", "TH-SOCKET-TWICE", "socket", "write the socket that this machine is plugged into"),
    (
        "address",
        "TH-ADDRESS-TWICE",
        "address",
        "remove it from one of the lines and run `townhall check --fix`",
    ),
)


def judge(draft: Draft, problems: Problems) -> None:
    """Judge the lines against each other and against what they name."""
    for attribute, code, what, remedy in _UNIQUE:
        once(_uses(draft, attribute), code, what, remedy, problems)
    for line in draft.hosts.values():
        _platform(line, draft, problems)
        if line.socket is not None and not draft.knows("sockets", line.socket):
            known = draft.written["sockets"]
            problems.unknown(line.source, "TH-SOCKET-UNKNOWN", line.socket, "socket in cabling.yml", known)
    _control_addresses(draft, problems)


def _uses(draft: Draft, attribute: str) -> Iterable[tuple[Any, Source, str]]:
    for name, line in draft.hosts.items():
        value = getattr(line, attribute)
        if value is not None:
            yield value, line.source, name


def _platform(line: HostLine, draft: Draft, problems: Problems) -> None:
    if line.platform is None or line.name not in draft.host_groups:
        return
    is_switch = draft.in_group(line.name, SWITCHES)
    if is_switch != (line.platform in SWITCH_PLATFORMS):
        fitting = ", ".join(sorted(SWITCH_PLATFORMS)) if is_switch else "debian13"
        reason = (
            "a host of the group switches runs a switch's platform" if is_switch else "only switches run this"
        )
        problems.add(line.source, "TH-PLATFORM-GROUP", line.platform, reason, f"write {fitting}")


def _control_addresses(draft: Draft, problems: Problems) -> None:
    if draft.connection is None or draft.connection.control_network is None:
        return
    tails = [
        (f"{line.address.packed[2]}.{line.address.packed[3]}", line.source, name)
        for name, line in draft.hosts.items()
        if line.address is not None
    ]
    remedy = "in a town with a control network the last two numbers of each address are used once"
    seen = {line.address for line in draft.hosts.values()}
    if len({tail for tail, _, _ in tails}) < len(seen - {None}):
        once(tails, "TH-CONTROL-TWICE", "end of an address", remedy, problems)
