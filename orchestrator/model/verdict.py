"""What the checks found on the real machines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Which checks are asked for; None means all. `scope` is role (one machine at a time) or town.

    Checks in the scope of a role expect nothing of the `unready` units: what they owe is not there yet.
    """

    hosts: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    units: frozenset[tuple[str, str]] | None = None
    topics: tuple[str, ...] = ()
    scope: str = "town"
    unready: frozenset[tuple[str, str]] = frozenset()

    def includes(self, host: str, role: str) -> bool:
        """Whether checks of this role on this host are asked for."""
        return (
            (self.hosts is None or host in self.hosts)
            and (self.roles is None or role in self.roles)
            and (self.units is None or (host, role) in self.units)
        )


@dataclass(frozen=True, slots=True, order=True)
class Check:
    """One sentence that was tried; `host` is empty where it speaks of the town as a whole."""

    topic: str
    host: str
    role: str
    sentence: str
    passed: bool
    why: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of one verification, sorted."""

    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that did not hold."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return not self.failures
