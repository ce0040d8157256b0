"""Networks do not collide, and every department has one wherever it sits."""

from __future__ import annotations

from ipaddress import IPv4Address

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.model.town import Department, Network


def judge(draft: Draft, problems: Problems) -> None:
    """Judge each network by itself, then against the others."""
    for network in draft.networks.values():
        _names(network, draft, problems)
        _gateway(network, problems)
        _pool(network, problems)
    vlans = [(network.vlan, network.source, network.name) for network in draft.networks.values()]
    once(vlans, "TH-VLAN-TWICE", "VLAN", "give one of the networks another number", problems)
    _overlaps(draft, problems)
    _departments(draft, problems)
    _control(draft, problems)


def _names(network: Network, draft: Draft, problems: Problems) -> None:
    source = network.source
    if not draft.knows("zones", network.zone):
        problems.unknown(
            source, "TH-ZONE-UNKNOWN", network.zone, "zone in networks.yml", draft.written["zones"]
        )
    if not draft.knows("buildings", network.building):
        known = draft.written["buildings"]
        problems.unknown(source, "TH-BUILDING-UNKNOWN", network.building, "building in networks.yml", known)
    for department in network.departments:
        if not draft.knows("departments", department):
            known = draft.written["departments"]
            problems.unknown(source, "TH-DEPARTMENT-UNKNOWN", department, "department in people.yml", known)


def _gateway(network: Network, problems: Problems) -> None:
    gateway, subnet = network.gateway, network.subnet
    if gateway not in subnet or gateway in (subnet.network_address, subnet.broadcast_address):
        problems.add(
            network.source,
            "TH-GATEWAY-OUTSIDE",
            gateway,
            f"not a host's address of {subnet}",
            f"write such as {subnet.network_address + 1}",
        )


def _pool(network: Network, problems: Problems) -> None:
    if network.pool is None:
        return
    first, last = network.pool
    value, subnet = f"{first}-{last}", network.subnet
    inside = (subnet.network_address + 1, subnet.broadcast_address - 1)
    if first < inside[0] or last > inside[1]:
        problems.add(
            network.source,
            "TH-POOL-OUTSIDE",
            value,
            f"the pool leaves {subnet}",
            f"stay between {inside[0]} and {inside[1]}",
        )
    elif first <= network.gateway <= last:
        reason = f"the pool holds the gateway {network.gateway}"
        problems.add(network.source, "TH-POOL-GATEWAY", value, reason, f"begin after {network.gateway}")


def _overlaps(draft: Draft, problems: Problems) -> None:
    before: Network | None = None
    for network in sorted(draft.networks.values(), key=lambda network: (network.subnet, network.source)):
        if before is not None and network.subnet.overlaps(before.subnet):
            problems.add(
                network.source,
                "TH-SUBNET-OVERLAP",
                network.subnet,
                f"overlaps {before.subnet} of {before.name} ({before.source})",
                "give each network addresses of its own",
            )
        if before is None or network.subnet.broadcast_address > before.subnet.broadcast_address:
            before = network


def _departments(draft: Draft, problems: Problems) -> None:
    homes: dict[tuple[str, str], Network] = {}
    for network in sorted(draft.networks.values(), key=lambda network: network.source):
        for key in network.departments:
            first = homes.setdefault((key, network.building), network)
            if first is not network:
                problems.add(
                    network.source,
                    "TH-DEPARTMENT-TWO-NETWORKS",
                    key,
                    f"in building {network.building} it has {first.name} already ({first.source})",
                    "name a department in one network per building",
                )
    if "networks" in draft.written and len(draft.networks) == len(draft.written["networks"]):
        for department in draft.departments.values():
            _homeless(department, homes, draft, problems)


def _homeless(
    department: Department, homes: dict[tuple[str, str], Network], draft: Draft, problems: Problems
) -> None:
    source, key = department.source, department.key
    for building in department.buildings:
        if not draft.knows("buildings", building):
            known = draft.written["buildings"]
            problems.unknown(source, "TH-BUILDING-UNKNOWN", building, "building in networks.yml", known)
        elif (key, building) not in homes:
            reason = f"it sits in building {building}, where no network names it"
            remedy = f"add {key} to the departments of a network of building {building}"
            problems.add(source, "TH-DEPARTMENT-NO-NETWORK", key, reason, remedy)


def _control(draft: Draft, problems: Problems) -> None:
    connection = draft.connection
    if connection is None or connection.control_network is None:
        return
    control = connection.control_network
    if connection.controller not in control:
        reason = f"the controller is outside the control network {control}"
        remedy = f"write such as {control.network_address + 1}"
        problems.add(connection.source, "TH-CONTROLLER-OUTSIDE", connection.controller, reason, remedy)
    for network in draft.networks.values():
        if network.subnet.overlaps(control):
            reason = f"overlaps the control network {control} ({connection.source})"
            remedy = "give each network addresses of its own"
            problems.add(network.source, "TH-SUBNET-OVERLAP", network.subnet, reason, remedy)


def usable(network: Network, address: IPv4Address) -> bool:
    """Whether a host without a lease from the pool may have this address of the network."""
    subnet, pool = network.subnet, network.pool
    edges = (subnet.network_address, subnet.broadcast_address, network.gateway)
    return address not in edges and not (pool and pool[0] <= address <= pool[1])
