"""From the arguments of the role `switch` to a target and what is wanted of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.model.switch import Port, Vlan, WantedSwitch
from orchestrator.reach import in_project
from orchestrator.switches.session import Target


def from_arguments(arguments: Mapping[str, Any]) -> tuple[Target, WantedSwitch]:
    """Read the role's arguments; paths are relative to the project unless they are absolute."""
    target = Target(
        platform=str(arguments["switch_platform"]),
        address=str(arguments["switch_address"]),
        hostname=str(arguments["switch_hostname"]),
        user=str(arguments["switch_user"]),
        private_key=in_project(str(arguments["switch_private_key"])),
        known_hosts=in_project(str(arguments["switch_known_hosts"])),
        revert_seconds=int(arguments.get("switch_revert_seconds", 90)),
    )
    vlans = sorted(Vlan(int(vlan["id"]), str(vlan["name"])) for vlan in arguments["switch_vlans"])
    return target, WantedSwitch(tuple(vlans), tuple(sorted(map(_port, arguments["switch_ports"]))))


def _port(port: Mapping[str, Any]) -> Port:
    return Port(
        number=int(port["number"]),
        name=str(port["name"]),
        mode=str(port["mode"]),
        vlan=None if port["vlan"] is None else int(port["vlan"]),
        vlans=tuple(sorted(map(int, port["vlans"]))),
        description=str(port["description"]),
    )
