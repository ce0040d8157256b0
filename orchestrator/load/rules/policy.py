"""Services, flows and what is published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.model.source import Source
from orchestrator.model.town import End, Flow, PortRange

_SECTIONS = {
    "group": ("groups", "TH-GROUP-UNKNOWN", "group in hosts/"),
    "zone": ("zones", "TH-ZONE-UNKNOWN", "zone in networks.yml"),
    "network": ("networks", "TH-NETWORK-UNKNOWN", "network in networks.yml"),
    "host": ("hosts", "TH-HOST-UNKNOWN", "host in hosts/"),
    "service": ("services", "TH-SERVICE-UNKNOWN", "service in services.yml"),
}


_LAST = 65535
_WHICH = "name the ports that are needed, such as `ports: [tcp/443]`"


def judge(draft: Draft, problems: Problems) -> None:
    """Judge who offers what to whom."""
    _services(draft, problems)
    for flow in draft.flows:
        _ends(flow, draft, problems)
        _ports(flow, problems)
        _until(flow, draft.today, problems)
    names = [(flow.name, flow.source, flow.name) for flow in draft.flows]
    once(names, "TH-FLOW-TWICE", "flow's name", "give each flow a name of its own", problems)
    for rule in draft.masquerade:
        for end in (*rule.sources, rule.to):
            inside(end, rule.source, draft, problems)
        if rule.to.kind != "zone":
            reason = "masquerading is towards a zone"
            problems.add(rule.source, "TH-END-KIND", text(rule.to), reason, "write such as zone/internet")
    _published(draft, problems)


def _services(draft: Draft, problems: Problems) -> None:
    for service in draft.services.values():
        if (service.group is None) == (not service.addresses):
            reason = "a service is offered by a group or by fixed addresses, exactly one of them"
            remedy = "write `group: ...` or `addresses: [...]`"
            problems.add(service.source, "TH-SERVICE-WHO", service.name, reason, remedy)
        if protocol := _all_of(service.ports):
            reason = f"whoever may use this service would reach every {protocol} port there"
            problems.add(service.source, "TH-SERVICE-PORTS", service.name, reason, _WHICH)
        if service.group is not None:
            known(End("group", service.group), service.source, draft, problems)


def known(end: End, source: Source, draft: Draft, problems: Problems) -> None:
    """Note an end that nothing defines."""
    section, code, what = _SECTIONS[end.kind]
    if not draft.knows(section, end.name):
        problems.unknown(source, code, end.name, what, draft.written[section])


def inside(end: End, source: Source, draft: Draft, problems: Problems) -> None:
    """Note an end that cannot be where something comes from."""
    if end.kind == "service":
        reason = "a service stands only in `to`: it is what is offered, not who asks"
        problems.add(source, "TH-END-KIND", text(end), reason, "write such as group/workstations")
    else:
        known(end, source, draft, problems)


def _ends(flow: Flow, draft: Draft, problems: Problems) -> None:
    for end in flow.sources:
        inside(end, flow.source, draft, problems)
    for end in flow.destinations:
        known(end, flow.source, draft, problems)


def _ports(flow: Flow, problems: Problems) -> None:
    services = [end for end in flow.destinations if end.kind == "service"]
    if not flow.ports and len(services) < len(flow.destinations):
        reason = "this flow would open every port"
        problems.add(
            flow.source,
            "TH-FLOW-PORTS",
            flow.name,
            reason,
            "add `ports: [tcp/443]`, or name a service in `to`",
        )
    elif flow.ports and services:
        reason = f"{text(services[0])} brings its ports"
        problems.add(
            flow.source, "TH-FLOW-PORTS", flow.name, reason, "remove `ports`, or split the flow in two"
        )
    elif protocol := _all_of(flow.ports):
        reason = f"this flow would open every {protocol} port"
        problems.add(flow.source, "TH-FLOW-PORTS", flow.name, reason, _WHICH)


def _all_of(ports: Iterable[PortRange]) -> str:
    """Name a protocol whose ports are all there, in one range or in several."""
    for protocol in ("tcp", "udp"):
        reached = 0
        for one in sorted((one.first, one.last) for one in ports if one.protocol == protocol):
            if one[0] <= reached + 1:
                reached = max(reached, one[1])
        if reached >= _LAST:
            return protocol.upper()
    return ""


def _until(flow: Flow, today: date | None, problems: Problems) -> None:
    if flow.until is not None and today is not None and date.fromisoformat(flow.until) < today:
        reason = f"the flow {flow.name} of {flow.owner} was allowed until this day"
        problems.add(
            flow.source, "TH-FLOW-EXPIRED", flow.until, reason, "remove the flow, or agree on a new date"
        )


def _published(draft: Draft, problems: Problems) -> None:
    for entry in draft.published:
        known(End("zone", entry.zone), entry.source, draft, problems)
        known(End("host", entry.host), entry.source, draft, problems)
    ports = [
        (f"{entry.zone} {entry.protocol}/{entry.port}", entry.source, entry.name) for entry in draft.published
    ]
    once(ports, "TH-PUBLISHED-TWICE", "port of the firewall", "publish it on another port", problems)
    names = [(entry.name, entry.source, entry.name) for entry in draft.published]
    once(names, "TH-PUBLISHED-TWICE", "name", "give each a name of its own", problems)


def text(end: End) -> str:
    """An end as people write it."""
    return f"{end.kind}/{end.name}"
