"""What is looked at on a machine, what was found there, and how that differs from what an apply left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

Seen = Mapping["Spot", Any]


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One thing on a machine: a kind that the witness knows, such as file or unit, and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Watch:
    """A spot that a unit answers for; a run puts back what is `managed`, `sealed` texts may hold secrets."""

    spot: Spot
    managed: bool = True
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Attested:
    """How a run left one spot; `value` is JSON-like, texts in it are digests."""

    value: Any
    managed: bool = True
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Attestation:
    """How the last run left a machine, by role and spot; `machine` is its machine-id."""

    machine: str
    units: Mapping[str, Mapping[Spot, Attested]]

    def spots(self) -> dict[Spot, tuple[str, Attested]]:
        """Every spot once, with the first role that answers for it; one that puts it back comes first."""
        found: dict[Spot, tuple[str, Attested]] = {}
        for role, spots in self.units.items():
            for spot, value in spots.items():
                if spot not in found or (value.managed and not found[spot][1].managed):
                    found[spot] = (role, value)
        return found


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one machine said of itself; not `reached` means that it did not answer, and `why`."""

    machine: str = ""
    seen: Seen = field(default_factory=dict)
    reached: bool = True
    why: str = ""


class Concern(IntEnum):
    """What can hurt people soonest comes first."""

    OPENING = 1
    LOGIN = 2
    SERVICE = 3
    REST = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was changed by hand: where, in words, with the lines of a text that differ.

    `managed` says that a run of the unit puts it back; `remedy` is what a person does where it does not.
    `people` is how many feel it; `before` and `now` are the values of the spot.
    """

    host: str
    role: str
    spot: Spot
    concern: Concern
    words: str
    lines: tuple[str, ...] = ()
    managed: bool = True
    remedy: str = ""
    people: int = 0
    before: Any = None
    now: Any = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """A value that was written into a file of the inventory, at a path of keys.

    `hosts` is how many it holds for.
    """

    difference: Difference
    file: str
    path: tuple[str, ...]
    value: Any
    hosts: int

    @property
    def key(self) -> str:
        """The last keys, as a person looks for them."""
        return ": ".join(self.path[-2:])


@dataclass(frozen=True, slots=True)
class Drift:
    """What was asked and found, the most urgent difference first.

    `silent` hosts did not answer, with the reason; `unattested` hosts were never seen after an apply.
    """

    town: str
    asked: tuple[str, ...]
    differences: tuple[Difference, ...]
    silent: Mapping[str, str] = field(default_factory=dict)
    unattested: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether every host answered and is as it was left."""
        return not (self.differences or self.silent or self.unattested)
