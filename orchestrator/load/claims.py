"""What a revision takes for itself, and where two revisions take the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.problems import Problems
from orchestrator.model.source import Source

Key = tuple[str, str, str]
Free = Callable[[IPv4Address], IPv4Address | None]

_CODES = {
    "machine name": ("TH-COLLISION-NAME", "choose another name"),
    "address": ("TH-COLLISION-ADDRESS", "run `townhall check --fix --merge-base {name}`, or write {free}"),
    "MAC": ("TH-COLLISION-MAC", "copy it again from the machine's label, or drop one of the two requests"),
    "socket": ("TH-COLLISION-SOCKET", "write the socket that this machine is plugged into"),
    "person": ("TH-COLLISION-PERSON", "a second or shared machine has `department:` instead of `person:`"),
    "switch port": ("TH-COLLISION-PORT", "look at the switch which cable is in it"),
    "network name": ("TH-COLLISION-NETWORK", "choose another name"),
    "VLAN": ("TH-COLLISION-VLAN", "give one of the networks another number"),
    "account": ("TH-COLLISION-ACCOUNT", "give a namesake the next number, such as {value}2"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that only one may have; `label` says who takes it, `owner` tells two takers apart."""

    kind: str
    value: str
    owner: str
    label: str
    source: Source


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision by the name that a person gave it, and what it takes anew."""

    name: str
    claims: Mapping[Key, Claim]
    is_main: bool = False


def claims(draft: Draft) -> dict[Key, Claim]:
    """Everything that a draft takes, by kind, value and owner."""
    return {(claim.kind, claim.value, claim.owner): claim for claim in _claims(draft)}


def _claims(draft: Draft) -> Iterator[Claim]:
    for line in draft.hosts.values():
        yield from _of_host(line)
    for socket in draft.sockets.values():
        port = f"{socket.switch} port {socket.port}"
        yield Claim("switch port", port, socket.name, f"socket {socket.name}", socket.source)
    for network in draft.networks.values():
        number, name = str(network.vlan), network.name
        yield Claim("VLAN", number, name, name, network.source)
        yield Claim("network name", name, number, f"VLAN {number}", network.source)
    for person in draft.people.values():
        yield Claim("account", person.account, person.name, person.name, person.source)


def _of_host(line: HostLine) -> Iterator[Claim]:
    mac = line.mac or ""
    yield Claim("machine name", line.name, mac, f"the machine with MAC {mac}", line.source)
    values = {"MAC": line.mac, "address": line.address, "socket": line.socket, "person": line.person}
    for kind, value in values.items():
        if value is not None:
            yield Claim(kind, str(value), line.name, line.name, line.source)


def taken_anew(after: Mapping[Key, Claim], *before: Mapping[Key, Claim]) -> dict[Key, Claim]:
    """What is taken after and was not before."""
    return {key: claim for key, claim in after.items() if not any(key in known for known in before)}


def collisions(request: Mapping[Key, Claim], other: Revision) -> Iterator[tuple[Claim, Claim]]:
    """Each claim of the request with the other revision's claim on the same by somebody else."""
    theirs: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in other.claims.values():
        theirs[claim.kind, claim.value].append(claim)
    for mine in request.values():
        for claim in theirs.get((mine.kind, mine.value), ()):
            if claim.owner != mine.owner:
                yield mine, claim


def note_collisions(request: Mapping[Key, Claim], other: Revision, free: Free, problems: Problems) -> None:
    """Note what the request and another revision both take; `free` finds another address for a taken one."""
    for mine, theirs in collisions(request, other):
        code, remedy = _CODES[mine.kind]
        found = free(IPv4Address(mine.value)) if mine.kind == "address" else None
        if found and not other.is_main:
            remedy = "write {free}, which is free in all of them"
        remedy = remedy.format(value=mine.value, name=other.name, free=found or "a free one")
        reason = (
            f"this {mine.kind} is taken twice: by {mine.label} in the request ({mine.source}), "
            f"and by {theirs.label} in {other.name} ({theirs.source})"
        )
        problems.add(mine.source, code, mine.value, reason, remedy)
