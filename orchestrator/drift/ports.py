"""Words for the ports of a switch that were changed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orchestrator.drift.said import plain
from orchestrator.model.drift import Concern, Difference, Spot
from orchestrator.model.switch import Compared, Port


def port_differences(host: str, role: str, compared: Compared) -> tuple[Difference, ...]:
    """Return what differs on one switch; `lines` of each difference put it back."""
    return tuple(_differences(host, role, compared))


def _differences(host: str, role: str, compared: Compared) -> Iterator[Difference]:
    by_port = _by_port(compared.lines, [wanted.name for _, wanted in compared.ports])
    for now, wanted in compared.ports:
        if wanted.name in by_port:
            words, lines = _words(now, wanted), tuple(by_port.pop(wanted.name))
            yield Difference(host, role, Spot("port", wanted.name), _concern(now, wanted), words, lines)
    for left in by_port.values():
        words = "the switch is not as it was left"
        yield Difference(host, role, Spot("port", ""), Concern.SERVICE, words, tuple(left))


def _by_port(lines: Iterable[str], names: Iterable[str]) -> dict[str, list[str]]:
    """The lines by the port that they name, or that the lines before them named; none at first."""
    patterns = {name: re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])") for name in names}
    found: dict[str, list[str]] = {}
    current = ""
    for line in lines:
        current = next((name for name, pattern in patterns.items() if pattern.search(line)), current)
        found.setdefault(current, []).append(line)
    return found


def _words(now: Port, wanted: Port) -> str:
    name = plain(wanted.description) or "nothing"
    if _state(now) != _state(wanted):
        return f"port {wanted.name} ({name}) is {_state(now)} instead of {_state(wanted)}"
    if now.description != wanted.description:
        return f"port {wanted.name} is described as {plain(now.description)!r} instead of {name!r}"
    return f"port {wanted.name} ({name}) is not {'down' if wanted.mode == 'shut' else 'up'} as it should be"


def _state(port: Port) -> str:
    if port.mode == "access":
        return f"in network {port.vlan}"
    networks = ", ".join(map(str, port.vlans)) or "no network"
    return f"a trunk of {networks}" if port.mode == "trunk" else port.mode


def _concern(now: Port, wanted: Port) -> Concern:
    """A port that carries what it should not is an opening; one that carries less stops someone's work."""
    carried = {now.vlan, *now.vlans} - {wanted.vlan, *wanted.vlans, None}
    if (
        (carried and now.mode != "shut")
        or now.mode == "other"
        or (wanted.mode == "shut" and now.mode != "shut")
    ):
        return Concern.OPENING
    return (
        Concern.SERVICE
        if _state(now) != _state(wanted) or now.description == wanted.description
        else Concern.REST
    )
