"""What may run side by side: pending plays in lanes, each play behind those that it really needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.apply.devices import ROLES
from orchestrator.apply.playbook import RunPlay
from orchestrator.plan.batches import apart

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


def lanes(plays: Sequence[RunPlay], after: After) -> tuple[Lane, ...]:
    """Return the lanes in the catalogue's order.

    A play waits for every earlier one on its own hosts, and for the earlier ones of the roles that its role
    comes `after`; a role that names none waits for all. A batch waits for those before it, and hosts that
    stand in for each other never change at once.
    """
    needed = _nearest([_earlier(number, plays, after) for number in range(len(plays))])
    followers = Counter(number for one in needed for number in one)
    found: list[list[int]] = []
    lane_of: dict[int, int] = {}
    for number, play in enumerate(plays):
        continued = [
            before
            for before in needed[number]
            if found[lane_of[before]][-1] == before
            and (len(needed[number]) == followers[before] == 1 or set(play.hosts) <= set(plays[before].hosts))
            and _alike(plays[before], play)
        ]
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


def _earlier(number: int, plays: Sequence[RunPlay], after: After) -> set[int]:
    play, hosts = plays[number], set(plays[number].hosts)
    named = after.get(play.role)
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
