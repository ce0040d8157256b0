"""Which network a machine belongs to and which address in it is next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from ipaddress import IPv4Address

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.rules.networks import usable
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.town import Network


def home_network(draft: Draft, line: HostLine) -> tuple[str | None, str | None, Network | None]:
    """A workstation's department, building and the network that both give; None for what is unknown."""
    person = draft.people.get(line.person or "")
    department = person.department if person else line.department
    socket = draft.sockets.get(line.socket or "")
    room = draft.rooms.get(socket.room) if socket else None
    building = room.building if room else None
    if department is None or building is None:
        return department, building, None
    return department, building, _homes(draft).get((department, building))


def fitting_network(draft: Draft, line: HostLine) -> Network | None:
    """The network for a line without an address: a workstation's home, else the one where its group is."""
    if draft.in_group(line.name, WORKSTATIONS):
        return home_network(draft, line)[2]
    addresses = Addresses(draft)
    mates = (draft.hosts[name] for name in draft.groups.hosts.get(line.group, ()) if name in draft.hosts)
    found = {addresses.network_of(mate.address) for mate in mates if mate.address is not None}
    return found.pop() if len(found) == 1 else None


def _homes(draft: Draft) -> dict[tuple[str, str], Network]:
    if not draft.homes:
        draft.homes.update(
            ((department, network.building), network)
            for network in draft.networks.values()
            for department in network.departments
        )
    return draft.homes


class Addresses:
    """The addresses of a draft: whose network each is in, and which are free."""

    def __init__(self, draft: Draft) -> None:
        self._networks = sorted(draft.networks.values(), key=lambda network: int(network.gateway))
        self._starts = [int(network.subnet.network_address) for network in self._networks]
        self._used = set(draft.reserved)
        self._used.update(line.address for line in draft.hosts.values() if line.address is not None)
        for service in draft.services.values():
            self._used.update(service.addresses)

    def network_of(self, address: IPv4Address) -> Network | None:
        """The network that holds an address."""
        at = bisect_right(self._starts, int(address)) - 1
        network = self._networks[at] if at >= 0 else None
        return (
            network if network is not None and int(address) <= int(network.subnet.broadcast_address) else None
        )

    def next_free(self, network: Network) -> IPv4Address | None:
        """The free address after the highest that is used, else the lowest free one; None if it is full.

        Going on after the highest keeps the address of a removed machine unused for a while.
        """
        return next((found for found in self._candidates(network) if found not in self._used), None)

    def take(self, network: Network) -> IPv4Address | None:
        """The next free address, not free any more."""
        found = self.next_free(network)
        if found is not None:
            self._used.add(found)
        return found

    def _candidates(self, network: Network) -> Iterator[IPv4Address]:
        subnet = network.subnet
        used = [int(address) for address in self._used if address in subnet and usable(network, address)]
        first, last = int(subnet.network_address), int(subnet.broadcast_address)
        start = max(used, default=first) + 1
        for number in (*range(start, last), *range(first + 1, start)):
            if usable(network, address := IPv4Address(number)):
                yield address
