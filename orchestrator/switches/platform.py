"""What each platform must be able to do; everything but `observe`, `arm`, `run` and `confirm` is pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orchestrator.errors import UsageError
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.switches.session import Session, Target


@dataclass(frozen=True, slots=True)
class Observed:
    """What a device said of itself, in its own words."""

    platform: str
    text: str
    pending: bool = False
    """Whether an earlier change still waits for its confirmation."""


class Platform(Protocol):
    """One kind of switch; `way_back` is what a person enters where it did not go back by itself."""

    way_back: tuple[str, ...]

    def observe(self, session: Session) -> Observed:
        """Ask the device for everything that we manage."""

    def ports(self, observed: Observed, wanted: WantedSwitch) -> tuple[Port, ...]:
        """The wanted ports as they are now."""

    def remediate(self, observed: Observed, wanted: WantedSwitch) -> tuple[str, ...]:
        """The lines that make the device what is wanted; none if it is that already."""

    def run(self, session: Session, target: Target, observed: Observed, wanted: WantedSwitch) -> None:
        """Arm the device's own revert, then change it."""

    def confirm(self, session: Session) -> None:
        """Over a new connection: call off the revert and keep the change."""


def platform(name: str) -> Platform:
    """The platform of a name."""
    from orchestrator.switches.cisco_ios import CiscoIos
    from orchestrator.switches.ovs import Ovs

    known: dict[str, Platform] = {"ovs": Ovs(), "cisco_ios": CiscoIos()}
    if name not in known:
        raise UsageError(f"no switch platform {name!r}; there are {', '.join(sorted(known))}")
    return known[name]
