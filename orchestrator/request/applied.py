"""What people notice of arguments: accounts, ports and addresses, as given now or last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from orchestrator.model.intent import Placement, SwitchPort, User
from orchestrator.model.request import Side
from orchestrator.model.source import because

Unit = tuple[str, str]
Given = Mapping[Unit, Mapping[str, Any]]
DIRECTORY, SWITCH, DHCP_SERVER = "directory", "switch", "dhcp_server"


def as_given(side: Side, pending: Iterable[Unit], given: Given) -> Side:
    """The side as pending units are given it; a unit that is given nothing has no account and no port.

    What no line of today speaks of is there because of the line of the host that keeps it.
    """
    units, intent = tuple(pending), side.intent
    due = {role for _, role in units}
    ports = {unit[0]: tuple(_ports(side, unit, given)) for unit in units if unit[1] == SWITCH}
    return replace(
        side,
        intent=replace(
            intent,
            users=tuple(_users(side, given)) if DIRECTORY in due else intent.users,
            switch_ports={**intent.switch_ports, **ports},
            placements={**intent.placements, **_moved(side, given)},
        ),
    )


def _users(side: Side, given: Given) -> Iterator[User]:
    lines = {user.account: user.because for user in side.intent.users}
    for (host, role), arguments in given.items():
        for said in arguments["directory_users"] if role == DIRECTORY else ():
            fields = {name: value for name, value in said.items() if name != "initial_password"}
            yield User(**fields, because=lines.get(said["account"]) or because(side.town.hosts.get(host)))


def _ports(side: Side, unit: Unit, given: Given) -> Iterator[SwitchPort]:
    host = unit[0]
    lines = {port.number: port.because for port in side.intent.switch_ports.get(host, ())}
    for said in given[unit]["switch_ports"] if unit in given else ():
        values = (said["mode"], said["vlan"], tuple(said["vlans"]), said["description"])
        mine = lines.get(said["number"]) or because(side.town.hosts.get(host))
        yield SwitchPort(host, said["number"], *values, mine)


def _moved(side: Side, given: Given) -> dict[str, Placement]:
    """The hosts that are leased another address than their line says."""
    leased = {
        one["hostname"]: one["address"]
        for (_, role), arguments in given.items()
        if role == DHCP_SERVER
        for subnet in arguments["dhcp_server_subnets"]
        for one in subnet["reservations"]
    }
    places = ((side.intent.placements.get(host), address) for host, address in leased.items())
    return {
        place.host: replace(place, address=IPv4Address(address))
        for place, address in places
        if place and str(place.address) != address
    }
