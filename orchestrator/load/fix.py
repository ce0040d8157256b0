"""Puts addresses right by editing the text: fills in what is missing, renews what a move made wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.edit import set_value
from orchestrator.load.free_address import Addresses, fitting_network, home_network
from orchestrator.load.problems import Problems
from orchestrator.load.reading import read_draft
from orchestrator.load.rules import judge
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.source import Source
from orchestrator.model.town import Network


@dataclass(frozen=True, slots=True)
class Fix:
    """One address put right; `old` is None where there was none."""

    host: str
    source: Source
    old: IPv4Address | None
    new: IPv4Address
    network: str
    lost: bool = False
    """Whether another revision has taken the old one."""

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.source}: {self.host}: address {self.new} filled in ({self.network})"
        why = f"{self.old} was taken meanwhile" if self.lost else f"the PC moved to {self.network}"
        return f"{self.source}: {self.host}: address {self.old} -> {self.new}, {why}"


def fix(
    files: Mapping[str, str],
    reserved: frozenset[IPv4Address] = frozenset(),
    lost: frozenset[str] = frozenset(),
) -> tuple[dict[str, str], tuple[Fix, ...]]:
    """The files with addresses put right, and what was done; what cannot be put right is left as it is.

    `reserved` addresses are given to nobody; `lost` names the hosts whose address another revision has taken.
    """
    draft = read_draft(files, None, Problems())
    draft.reserved = reserved
    judge(draft, Problems())
    edited, fixes, addresses = dict(files), [], Addresses(draft)
    for line in sorted(draft.hosts.values(), key=lambda line: line.source):
        network = _wanted(draft, line, addresses, lost)
        found = addresses.take(network) if network else None
        if network and found:
            source = line.source
            edited[source.file] = set_value(edited[source.file], source.line, "address", str(found), "mac")
            moved = line.address is None or addresses.network_of(line.address) is not network
            fixes.append(Fix(line.name, source, line.address, found, network.name, not moved))
    return edited, tuple(fixes)


def _wanted(draft: Draft, line: HostLine, addresses: Addresses, lost: frozenset[str]) -> Network | None:
    """The network in which a line needs a new address; None if it needs none."""
    if "address" in line.broken or not line.whole:
        return None
    if line.address is None:
        return fitting_network(draft, line)
    home = home_network(draft, line)[2] if draft.in_group(line.name, WORKSTATIONS) else None
    found = addresses.network_of(line.address)
    if home and found is not home:
        return home
    return found if line.name in lost else None
