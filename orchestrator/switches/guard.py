"""A change that would cut our own way to switches is refused before it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.errors import Problem, Refused
from orchestrator.model.switch import Port, WantedSwitch


def refuse_lockout(switch: str, now: Iterable[Port], wanted: WantedSwitch) -> None:
    """Refuse to take the management network, or everything, from a trunk that carries it now."""
    problems = tuple(_lockouts(switch, {port.name: port for port in now}, wanted))
    if problems:
        raise Refused(problems)


def _lockouts(switch: str, now: dict[str, Port], wanted: WantedSwitch) -> Iterator[Problem]:
    vlan = wanted.management_vlan
    for port in wanted.ports:
        before = now.get(port.name)
        if vlan is None or before is None or before.mode != "trunk" or not before.carries(vlan):
            continue
        if port.mode != "trunk" or not port.carries(vlan):
            yield _problem(switch, port, vlan)


def _problem(switch: str, port: Port, vlan: int) -> Problem:
    return Problem(
        f"{switch} {port.name}",
        "TH-SWITCH-LOCKOUT",
        port.mode if port.mode != "trunk" else f"trunk without VLAN {vlan}",
        f"this trunk carries the management network (VLAN {vlan}); without it switches behind it are lost",
        "keep the trunk; if its cable is really gone, shut the port at the device first",
    )
