"""What has to happen so that the machines are as the inventory says."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from orchestrator.errors import Problem
from orchestrator.model.rendering import Play


@dataclass(frozen=True, slots=True)
class CodeDigests:
    """Digests of all code that can change a unit's effect, and the plays by position.

    `roles` covers a role's tree, the filters and modules of ours and the collections that it uses;
    `not_units` are roles that run nowhere; `after` names by role those that must be done first, where a role
    says so, and `installs_after` those that it needs only where its packages are not there yet; the hosts of
    an `availability` role stand in for each other. A `kerberos` role needs a right clock, and one that
    `sets_clock` steps a wrong one when its handlers run. The changes of a role in `reverts` take themselves
    back when nobody confirms them within so many seconds.
    """

    roles: Mapping[str, str]
    plays: Mapping[int, Play]
    platform: str
    not_units: frozenset[str] = frozenset()
    after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    installs_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    availability: frozenset[str] = frozenset()
    kerberos: frozenset[str] = frozenset()
    sets_clock: frozenset[str] = frozenset()
    reverts: Mapping[str, int] = field(default_factory=dict)


class UnitState(NamedTuple):
    """What the ledger knows of a unit: its newest event, and the digests that this event speaks of."""

    event: str
    key: str
    arguments: str
    role_code: str
    machine: str
    record: int


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The newest state of every unit by host and role, and the ledger's newest record number.

    `members` tells by host which machine it was that last joined the domain.
    """

    units: Mapping[tuple[str, str], UnitState] = field(default_factory=dict)
    record: int = 0
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a host itself says: its SSH host key and machine-id, and the key stamped for each role.

    Empty identities are unknown; `stamps` is None where nobody looked. A device keeps no stamps: it `differs`
    if its running configuration is not as wanted. `drifted` roles were changed by hand since. `free` are the
    KiB left on its fullest disk, where that is known. A host that is `rejected` showed a key that is not
    pinned for it: it is not entered. `skew` are the seconds by which its clock is ahead of the controller's.
    """

    fingerprint: str = ""
    machine_id: str = ""
    stamps: Mapping[str, str] | None = None
    reachable: bool = True
    differs: bool = False
    drifted: frozenset[str] = frozenset()
    free: int | None = None
    rejected: Problem | None = None
    skew: float | None = None

    @property
    def machine(self) -> str:
        """The identity as the ledger keeps it."""
        return f"{self.fingerprint} {self.machine_id}"

    def is_other_than(self, machine: str) -> bool:
        """Whether this cannot be the machine of the ledger; what one of both does not know proves nothing."""
        fingerprint, _, machine_id = machine.partition(" ")
        pairs = ((self.fingerprint, fingerprint), (self.machine_id, machine_id))
        return any(now and then and now != then for now, then in pairs)


@dataclass(frozen=True, slots=True)
class PlannedUnit:
    """A unit that must run and why; `every_handler` says that nothing is known of its earlier handlers.

    `changes` tells in words which arguments differ from those last applied (`previous`, a digest).
    `stands_in` are the host's roles whose hosts stand in for each other; the host is `in_service` if one was
    applied there before.
    """

    host: str
    role: str
    position: int
    key: str
    arguments: str
    role_code: str
    reason: str
    every_handler: bool
    previous: str = ""
    changes: tuple[str, ...] = ()
    stands_in: tuple[str, ...] = ()
    in_service: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """Units that stand at one place of the catalogue."""

    position: int
    name: str
    units: tuple[PlannedUnit, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the wave, sorted."""
        return tuple(sorted({unit.host for unit in self.units}))


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything pending, in the catalogue's order.

    `unverified` are applied units without a finished check; `unwanted` hosts have no line any more and are
    retired when every unit succeeded that spoke of them;
    `joining` hosts take their place in the domain with a new identity.
    """

    town: str
    waves: tuple[Wave, ...]
    unverified: tuple[tuple[str, str], ...] = ()
    unwanted: tuple[str, ...] = ()
    record: int = 0
    joining: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[PlannedUnit, ...]:
        """All units of all waves."""
        return tuple(unit for wave in self.waves for unit in wave.units)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are touched, sorted."""
        return tuple(sorted({unit.host for unit in self.units}))

    def only(self, units: Container[tuple[str, str]]) -> Plan:
        """Return the part of the plan that speaks of these units, by host and role."""
        kept = (
            replace(wave, units=tuple(unit for unit in wave.units if (unit.host, unit.role) in units))
            for wave in self.waves
        )
        return replace(
            self,
            waves=tuple(wave for wave in kept if wave.units),
            unverified=tuple(unit for unit in self.unverified if unit in units),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is pending."""
        return not self.waves and not self.unverified and not self.unwanted
