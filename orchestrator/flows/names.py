"""Words for places: the zone, network, group or host that they are, and addresses where no name fits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from orchestrator.flows.flow_set import FlowSet
from orchestrator.flows.ground import ANYWHERE, FIREWALL, ITSELF, Ground, Leg, places
from orchestrator.flows.ruleset import Ruleset, reach
from orchestrator.flows.spans import Ranges, Spans, holds, tidy, within, without
from orchestrator.model.addresses import number_of

_KINDS = ("zone", "network", "group", "service", "host")


@dataclass(frozen=True, slots=True)
class Names:
    """Named places, the preferred name of equal ones first."""

    named: tuple[tuple[str, Ranges], ...]

    def of(self, ranges: Ranges) -> tuple[str, ...]:
        """The fewest names found that are together exactly these places, sorted."""
        exact = next((name for name, known in self.named if known == ranges), None)
        return (exact,) if exact else tuple(sorted(self._parts(ranges)))

    def _parts(self, ranges: Ranges) -> Iterator[str]:
        rest = ranges
        inside = [named for named in self.named if holds(ranges, named[1])]
        for name, known in sorted(inside, key=lambda named: -_size(named[1])):
            if rest and within(rest, known):
                rest = without(rest, known)
                yield name
        for first, end in rest:
            yield _addresses(first[0], first[1], end[1] - 1)


def met(hosts: Mapping[str, str], *flows: FlowSet) -> Mapping[str, str]:
    """Those of the hosts, by address, that some flow comes from or goes to: its words name no other."""
    spans = [span for one in flows for span in one.spans]
    toward = {id(span[2]): span[2] for span in spans}.values()
    goals = (goal for goals in toward for goal in goals)
    there = tidy((first[1], end[1]) for first, end, *_ in (*spans, *goals))
    starts = [first for first, _ in there]

    def is_there(number: int) -> bool:
        at = bisect_right(starts, number) - 1
        return at >= 0 and number < there[at][1]

    return {address: host for address, host in hosts.items() if is_there(number_of(address))}


def names(rules: Ruleset, here: Ground, doors: Spans, hosts: Mapping[str, str]) -> Names:
    """The names of places behind doors; `hosts` are the names of machines by address."""
    found = [("anywhere", places(doors, ANYWHERE)), (FIREWALL, ITSELF)]
    for kind in ("zone", "network"):
        found += [(f"{kind}/{label}", _behind(legs)) for label, legs in _alike(here.legs, kind).items()]
    found += [(_label(name), places(doors, members)) for name, members in sorted(rules.sets.items())]
    for address, host in sorted(hosts.items()):
        found.append((f"host/{host}", places(doors, tidy([reach(address)]))))
    if here.control:
        found.append((f"the outside on {here.control}", places(doors, ANYWHERE, (here.control,))))
    found += [(one.door, (((one.door, 0), (one.door, 1)),)) for one in rules.published]
    return Names(tuple(sorted((named for named in found if named[1]), key=_preference)))


def _alike(legs: Iterable[Leg], kind: str) -> dict[str, list[Leg]]:
    """The legs of each zone or each network."""
    found: dict[str, list[Leg]] = {}
    for leg in legs:
        found.setdefault(getattr(leg, kind), []).append(leg)
    return found


def _behind(legs: Iterable[Leg]) -> Ranges:
    return tidy(((leg.name, first), (leg.name, end)) for leg in legs for first, end in leg.own)


def _label(name: str) -> str:
    kind, _, rest = name.partition("_")
    return f"{kind}/{rest}" if kind in _KINDS and rest else name


def _preference(named: tuple[str, Ranges]) -> tuple[int, str]:
    kind = named[0].partition("/")[0]
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS)), named[0]


def _size(ranges: Iterable[tuple[tuple[str, int], tuple[str, int]]]) -> int:
    return sum(end[1] - first[1] for first, end in ranges)


def _addresses(door: str, first: int, last: int) -> str:
    low, high = IPv4Address(first), IPv4Address(last)
    return f"{low} on {door}" if first == last else f"{low}-{high} on {door}"
