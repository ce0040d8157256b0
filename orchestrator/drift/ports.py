"""Words for the ports of a switch that were changed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.drift.said import plain
from orchestrator.model.drift import Concern, Difference, Spot
from orchestrator.model.switch import Compared, Port


def port_differences(host: str, role: str, compared: Compared) -> tuple[Difference, ...]:
    """Return what differs on one switch; `lines` of each difference put it back."""
    return tuple(_differences(host, role, compared))


def _differences(host: str, role: str, compared: Compared) -> Iterator[Difference]:
    left = list(compared.lines)
    for now, wanted in compared.ports:
        lines = tuple(
            line for line in left if re.search(rf"(?<![\w.-]){re.escape(wanted.name)}(?![\w.-])", line)
        )
        if now != wanted or lines:
            left = [line for line in left if line not in lines]
            words = _words(now, wanted)
            yield Difference(host, role, Spot("port", wanted.name), _concern(now, wanted), words, lines)
    if left:
        yield Difference(
            host, role, Spot("port", "all"), Concern.SERVICE, "the switch is not as it was left", tuple(left)
        )


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
