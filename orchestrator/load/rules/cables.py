"""Every cable ends at a port of its own, of a switch that is there."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.model.names import FIREWALLS, SWITCH_PLATFORMS, SWITCHES
from orchestrator.model.source import Source
from orchestrator.model.town import Trunk

Plug = tuple[tuple[str, int], Source, str]


def judge(draft: Draft, problems: Problems) -> None:
    """Judge rooms, sockets, trunks and outlets."""
    for room in draft.rooms.values():
        if not draft.knows("buildings", room.building):
            known = draft.written["buildings"]
            problems.unknown(
                room.source, "TH-BUILDING-UNKNOWN", room.building, "building in networks.yml", known
            )
    for socket in draft.sockets.values():
        if not draft.knows("rooms", socket.room):
            known = draft.written["rooms"]
            problems.unknown(socket.source, "TH-ROOM-UNKNOWN", socket.room, "room in cabling.yml", known)
    for outlet in draft.outlets:
        if not draft.knows("networks", outlet.network):
            known = draft.written["networks"]
            problems.unknown(
                outlet.source, "TH-NETWORK-UNKNOWN", outlet.network, "network in networks.yml", known
            )
    for trunk in draft.trunks:
        _far_end(trunk, draft, problems)
    plugs = list(_plugs(draft))
    _ports(plugs, draft, problems)
    named = [(f"{switch} port {port}", source, user) for (switch, port), source, user in plugs]
    once(named, "TH-SWITCH-PORT-TWICE", "switch port", "look at the switch which cable is in it", problems)


def _plugs(draft: Draft) -> Iterator[Plug]:
    for socket in draft.sockets.values():
        yield (socket.switch, socket.port), socket.source, f"socket {socket.name}"
    for trunk in draft.trunks:
        yield (trunk.switch, trunk.port), trunk.source, f"the trunk to {trunk.to}"
        if trunk.to_port is not None:
            yield (trunk.to, trunk.to_port), trunk.source, f"the trunk from {trunk.switch}"
    for outlet in draft.outlets:
        yield (outlet.switch, outlet.port), outlet.source, f"the outlet of {outlet.network}"


def _ports(plugs: list[Plug], draft: Draft, problems: Problems) -> None:
    if not draft.complete:
        return
    switches = {host for host, groups in draft.host_groups.items() if SWITCHES in groups}
    for (switch, port), source, _ in plugs:
        if switch not in switches:
            what = "switch in hosts/ (a host of the group switches)"
            problems.unknown(source, "TH-SWITCH-UNKNOWN", switch, what, switches)
            continue
        line = draft.hosts.get(switch)
        platform = SWITCH_PLATFORMS.get(line.platform or "") if line else None
        if platform is not None and port > platform.ports:
            reason = f"{switch} has ports 1 to {platform.ports}"
            problems.add(source, "TH-SWITCH-PORT", port, reason, "write the number printed on the switch")


def _far_end(trunk: Trunk, draft: Draft, problems: Problems) -> None:
    if not draft.complete or draft.in_group(trunk.to, SWITCHES):
        if trunk.to_port is None and draft.complete:
            reason = f"{trunk.to} is a switch: the cable ends at one of its ports"
            problems.add(trunk.source, "TH-TRUNK-PORT", trunk.to, reason, "add `to_port: <number>`")
    elif draft.in_group(trunk.to, FIREWALLS):
        if trunk.to_port is not None:
            reason = f"{trunk.to} is a firewall and has one trunk, without a port number"
            problems.add(trunk.source, "TH-TRUNK-PORT", trunk.to_port, reason, "remove `to_port`")
    else:
        ends = [host for host, groups in draft.host_groups.items() if {SWITCHES, FIREWALLS} & set(groups)]
        problems.unknown(trunk.source, "TH-TRUNK-END", trunk.to, "switch or firewall in hosts/", ends)
