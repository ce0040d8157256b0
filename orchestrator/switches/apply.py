"""Make a switch what is wanted, without being locked out of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from orchestrator.errors import MachineError
from orchestrator.model.switch import Compared, WantedSwitch
from orchestrator.switches.guard import refuse_lockout
from orchestrator.switches.platform import Observed, platform
from orchestrator.switches.session import Connect, NetmikoSession, Session, Target


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, or in check mode what would be."""

    changed: bool
    lines: tuple[str, ...]


class Unconfirmed(MachineError):
    """A change was begun and nothing confirmed it; `lines` are what the device lacked before."""

    def __init__(self, why: object, target: Target, wanted: WantedSwitch, lines: tuple[str, ...]) -> None:
        super().__init__(f"{why}; it reverts by itself")
        self.why, self.target, self.wanted, self.lines = why, target, wanted, lines


def observe(target: Target, connect: Connect = NetmikoSession) -> Observed:
    """What the device says of itself."""
    with _login(target, connect) as session:
        return platform(target.platform).observe(session)


def remediate(observed: Observed, wanted: WantedSwitch) -> tuple[str, ...]:
    """The lines that make the device what is wanted; none if it is that already."""
    return platform(observed.platform).remediate(observed, wanted)


def compare_switch(target: Target, wanted: WantedSwitch, connect: Connect = NetmikoSession) -> Compared:
    """The wanted ports with what they are now, and the lines that make the device what is wanted."""
    driver = platform(target.platform)
    with _login(target, connect) as session:
        observed = driver.observe(session)
    pairs = zip(driver.ports(observed, wanted), wanted.ports, strict=True)
    return Compared(tuple(pairs), driver.remediate(observed, wanted))


def apply_switch(
    target: Target, wanted: WantedSwitch, check: bool, connect: Connect = NetmikoSession
) -> Change:
    """Change the device if it differs; a change stays only if a new connection finds it as wanted."""
    driver = platform(target.platform)
    with _login(target, connect) as session:
        observed = driver.observe(session)
        lines = driver.remediate(observed, wanted)
        if lines:
            refuse_lockout(target.hostname, driver.ports(observed, wanted), wanted)
        if check:
            return Change(bool(lines), lines)
        if observed.pending and lines:
            raise MachineError(
                f"{target.hostname}: an unconfirmed change reverts by itself soon, then try again"
            )
        if not lines:
            if observed.pending:
                driver.confirm(session)
            return Change(False, ())
        try:
            driver.run(session, target, observed, wanted)
        except MachineError as error:
            raise Unconfirmed(error, target, wanted, lines) from error
    try:
        _confirm(target, wanted, connect)
    except MachineError as error:
        raise Unconfirmed(error, target, wanted, lines) from error
    return Change(True, lines)


def _confirm(target: Target, wanted: WantedSwitch, connect: Connect) -> None:
    driver = platform(target.platform)
    with _login(target, connect) as session:
        left = driver.remediate(driver.observe(session), wanted)
        if left:
            raise MachineError(f"{target.hostname} did not take: {'; '.join(left)}")
        driver.confirm(session)


@contextmanager
def _login(target: Target, connect: Connect) -> Iterator[Session]:
    session = connect(target)
    try:
        yield session
    finally:
        session.close()
