"""Arguments of the role firewall: legs become interfaces, flows become one entry for each protocol."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from orchestrator.model.addresses import dotted
from orchestrator.model.intent import AllowedFlow, FirewallIntent
from orchestrator.model.source import Source
from orchestrator.model.town import PortRange
from orchestrator.render.context import Arguments, Built, Context

PARENT = "eth0"


def interface(vlan: int) -> str:
    """The name of a VLAN's interface on the firewall."""
    return f"{PARENT}.{vlan}"


def firewall(context: Context, name: str) -> Built:
    """The whole policy; every firewall of the town enforces the same."""
    intent, connection = context.intent.firewall, context.town.connection
    vlans = {leg.network: interface(leg.vlan) for leg in intent.legs}
    arguments: Arguments = {
        "firewall_hostname": name,
        "firewall_parent_interface": PARENT,
        "firewall_interfaces": _interfaces(intent),
        "firewall_control_interface": connection.control_interface,
        "firewall_controllers": [str(connection.controller)],
        "firewall_sets": _sets(intent),
        "firewall_forward": [entry for flow in intent.forward for entry in _forward(flow, vlans)],
        "firewall_input": [entry for flow in intent.input for entry in _input(flow, vlans)],
        "firewall_masquerade": [
            {"source": entry.source, "interface": vlans[entry.leg]} for entry in intent.masquerade
        ],
        "firewall_published": _published(intent, vlans),
    }
    lines = (context.host(name).source, connection.source, *_lines(intent))
    return Built(arguments, tuple(dict.fromkeys(lines)))


def _interfaces(intent: FirewallIntent) -> list[Arguments]:
    return [
        {
            "name": interface(leg.vlan),
            "vlan": leg.vlan,
            "network": leg.network,
            "zone": leg.zone,
            "address": str(leg.address),
        }
        for leg in intent.legs
    ]


def _sets(intent: FirewallIntent) -> list[Arguments]:
    return [
        {"name": entry.name, "elements": [_element(one) for one in entry.elements]} for entry in intent.sets
    ]


def _element(element: IPv4Address | IPv4Network) -> str:
    return dotted(element) if isinstance(element, IPv4Address) else str(element)


def _forward(flow: AllowedFlow, vlans: dict[str, str]) -> Iterator[Arguments]:
    for protocol, ports in _by_protocol(flow.ports):
        yield {
            "name": "/".join((flow.name, _side(flow.source), _side(flow.destination), protocol)),
            "source": flow.source,
            "source_interfaces": [vlans[leg] for leg in flow.source_legs],
            "destination": flow.destination,
            "destination_interfaces": [vlans[leg] for leg in flow.destination_legs],
            "protocol": protocol,
            "ports": ports,
            "until": flow.until,
            "comment": flow.comment[:100],
        }


def _side(name: str | None) -> str:
    return name or "outside"


def _input(flow: AllowedFlow, vlans: dict[str, str]) -> Iterator[Arguments]:
    for protocol, ports in _by_protocol(flow.ports):
        yield {
            "name": f"{flow.name}/{protocol}",
            "source": flow.source,
            "source_interfaces": [vlans[leg] for leg in flow.source_legs],
            "protocol": protocol,
            "ports": ports,
            "comment": flow.comment[:100],
        }


def _by_protocol(ports: tuple[PortRange, ...]) -> list[tuple[str, list[str]]]:
    """The ports of each protocol; without ports every protocol is meant."""
    if not ports:
        return [("any", [])]
    found: dict[str, list[str]] = {}
    for port in sorted(set(ports), key=lambda port: (port.protocol, port.first, port.last)):
        named = found.setdefault(port.protocol, [])
        if port.protocol != "icmp":
            named.append(_port(port))
    return list(found.items())


def _port(port: PortRange) -> str:
    return str(port.first) if port.first == port.last else f"{port.first}-{port.last}"


def _published(intent: FirewallIntent, vlans: dict[str, str]) -> list[Arguments]:
    return [
        {
            "name": entry.name,
            "interface": vlans[entry.leg],
            "protocol": entry.protocol,
            "port": entry.port,
            "destination": str(entry.destination),
            "destination_port": entry.destination_port,
        }
        for entry in intent.published
    ]


def _lines(intent: FirewallIntent) -> Iterator[Source]:
    topics = (intent.legs, intent.sets, intent.forward, intent.input, intent.masquerade, intent.published)
    for topic in topics:
        for value in topic:
            yield from value.because
