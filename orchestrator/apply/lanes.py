"""What may run side by side: pending plays in lanes, each play behind those that it really needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.apply.devices import ROLES
from orchestrator.apply.playbook import RunPlay
from orchestrator.plan.batches import apart
from orchestrator.plan.units import ARGUMENTS

After = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lane:
    """Plays of one run of Ansible; `needs` names for each play those of other lanes that it waits for."""

    plays: tuple[RunPlay, ...]
    needs: Mapping[str, frozenset[str]]

    @property
    def behind(self) -> dict[str, frozenset[str]]:
        """All that each play waits for: what it needs of other lanes, and its own lane's play before it."""
        names = [play.name for play in self.plays]
        own = [frozenset[str](), *(frozenset({name}) for name in names)]
        return {name: self.needs[name] | before for name, before in zip(names, own, strict=False)}

    @property
    def of_devices(self) -> bool:
        """Whether its units are devices, which Ansible does not reach."""
        return self.plays[0].role in ROLES


def lanes(
    plays: Sequence[RunPlay], after: After, installs_after: After = MappingProxyType({})
) -> tuple[Lane, ...]:
    """Return the lanes in the catalogue's order.

    A play waits for every earlier one on its own hosts, and for the earlier ones of the roles that its role
    comes `after`; a role that names none waits for all. Those that it only `installs_after` let it go first
    where it is installed. A batch waits for those before it, and hosts that stand in for each other never
    change at once.
    """
    named = [_named(play, after, installs_after) for play in plays]
    needed = _nearest([_earlier(number, plays, roles) for number, roles in enumerate(named)])
    followers = Counter(number for one in needed for number in one)
    found: list[list[int]] = []
    lane_of: dict[int, int] = {}
    for number, play in enumerate(plays):
        ends = [
            before
            for before in sorted(needed[number])
            if found[lane_of[before]][-1] == before and _alike(plays[before], play)
        ]
        same = [before for before in ends if set(play.hosts) <= set(plays[before].hosts)]
        continued = same or [before for before in ends if followers[before] == 1]
        if not continued:
            found.append([])
        lane_of[number] = lane_of[continued[0]] if continued else len(found) - 1
        found[lane_of[number]].append(number)
    return tuple(
        Lane(
            tuple(plays[number] for number in lane),
            {
                plays[number].name: frozenset(plays[one].name for one in needed[number] - {*lane})
                for number in lane
            },
        )
        for lane in found
    )


def _named(play: RunPlay, after: After, installs_after: After) -> tuple[str, ...] | None:
    """The roles that a play comes after; None is all of them."""
    named = after.get(play.role)
    if named is None or all(unit.reason == ARGUMENTS for unit in play.units):
        return named
    return (*named, *installs_after.get(play.role, ()))


def _earlier(number: int, plays: Sequence[RunPlay], named: tuple[str, ...] | None) -> set[int]:
    play, hosts = plays[number], set(plays[number].hosts)
    return {
        earlier
        for earlier, other in enumerate(plays[:number])
        if named is None or other.role in named or hosts & set(other.hosts) or _kept_apart(other, play)
    }


def _nearest(earlier: Iterable[set[int]]) -> list[set[int]]:
    """Leave out what is waited for anyway."""
    behind: list[set[int]] = []
    nearest = []
    for direct in earlier:
        implied = {one for number in direct for one in behind[number]}
        behind.append(direct | implied)
        nearest.append(direct - implied)
    return nearest


def _kept_apart(earlier: RunPlay, later: RunPlay) -> bool:
    if earlier.play.position == later.play.position and earlier.batch < later.batch:
        return True
    there = [unit for unit in earlier.units if unit.stands_in]
    return any(apart(one, other) for one in later.units if one.stands_in for other in there)


def _alike(one: RunPlay, other: RunPlay) -> bool:
    """Whether a play may follow another without a break: between two batches there is one."""
    if other.batch > 1 and one.wave_and_batch != other.wave_and_batch:
        return False
    return (one.role in ROLES) == (other.role in ROLES)
