"""Every host has an address of the right network that nothing else uses."""

from __future__ import annotations

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.free_address import Addresses, fitting_network, home_network
from orchestrator.load.problems import Problems
from orchestrator.model.names import FIREWALLS, WORKSTATIONS
from orchestrator.model.town import Network


def judge(draft: Draft, problems: Problems) -> None:
    """Judge the address of each line."""
    if len(draft.networks) < len(draft.written.get("networks", ())) or "networks" not in draft.written:
        return
    addresses = Addresses(draft)
    for line in sorted(draft.hosts.values(), key=lambda line: line.source):
        if "address" in line.broken or line.name not in draft.host_groups:
            continue
        home = _home(line, draft, problems)
        if line.address is None:
            if home is None and draft.in_group(line.name, WORKSTATIONS):
                continue  # why it has no network is noted
            _missing(line, home or fitting_network(draft, line), addresses, problems)
        else:
            _place(line, home, draft, addresses, problems)


def _home(line: HostLine, draft: Draft, problems: Problems) -> Network | None:
    """The network of a workstation's department in its building."""
    if not draft.in_group(line.name, WORKSTATIONS):
        return None
    department, building, network = home_network(draft, line)
    if network is None and department and building and draft.knows("departments", department):
        problems.add(
            line.source,
            "TH-DEPARTMENT-NOT-THERE",
            line.socket,
            f"the socket is in building {building}, where {department} does not sit and has no network",
            f"write a socket in another building, or add {department} to a network of building {building}",
        )
    return network


def _missing(line: HostLine, network: Network | None, addresses: Addresses, problems: Problems) -> None:
    free = addresses.next_free(network) if network else None
    remedy = f"run `townhall check --fix`, or add `address: {free}`" if free else "add `address: ...`"
    if network is not None and free is None:
        remedy = f"{network.name} is full: widen it"
    problems.add(line.source, "TH-ADDRESS-MISSING", line.name, "this host has no address", remedy)


def _place(
    line: HostLine, home: Network | None, draft: Draft, addresses: Addresses, problems: Problems
) -> None:
    address = line.address
    assert address is not None  # noqa: S101
    network = addresses.network_of(address)
    if home is not None and network is not home:
        free = addresses.next_free(home)
        reason = (
            f"not in {home.name} {home.subnet}, the network of its department in its building ({home.source})"
        )
        remedy = f"run `townhall check --fix`, or write {free}" if free else f"{home.name} is full: widen it"
        problems.add(line.source, "TH-ADDRESS-NETWORK", address, reason, remedy)
        return
    if network is None:
        known = ", ".join(f"{network.name} {network.subnet}" for network in draft.networks.values())
        remedy = f"write an address of one of {known}" if len(draft.networks) <= 12 else "see networks.yml"
        problems.add(line.source, "TH-ADDRESS-OUTSIDE", address, "in no network of this town", remedy)
        return
    if address in (network.subnet.network_address, network.subnet.broadcast_address):
        reason = f"the first and last address of {network.subnet} belong to the network itself"
    elif address == network.gateway and not draft.in_group(line.name, FIREWALLS):
        reason = f"the gateway of {network.name}, which only a firewall has"
    elif network.pool and network.pool[0] <= address <= network.pool[1]:
        reason = (
            f"in the pool {network.pool[0]}-{network.pool[1]} of {network.name}, for devices without a line"
        )
    else:
        return
    free = addresses.next_free(network)
    problems.add(
        line.source, "TH-ADDRESS-TAKEN", address, reason, f"write {free}" if free else "widen the network"
    )
