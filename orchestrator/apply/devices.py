"""The port to devices that are configured over their own command line instead of by Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol

from orchestrator.errors import MachineError
from orchestrator.model.plan import Observation
from orchestrator.model.rendering import UnitRendering
from orchestrator.model.switch import Compared

ROLES = frozenset({"switch"})


class Devices(Protocol):
    """Compares and configures one device by the arguments of its role."""

    def differs(self, arguments: Mapping[str, object]) -> bool:
        """Whether the device is not as its arguments say."""

    def pending(self, arguments: Mapping[str, object]) -> bool:
        """Whether a change waits there for its confirmation."""

    def configure(self, arguments: Mapping[str, object]) -> int:
        """Make it so and return the number of changes; raise TakenBack, NotTakenBack or a MachineError."""


class Switches:
    """Switches through netmiko."""

    def differs(self, arguments: Mapping[str, object]) -> bool:
        """Whether the running configuration differs."""
        from orchestrator.switches import apply_switch, from_arguments

        return apply_switch(*from_arguments(arguments), check=True).changed

    def compared(self, arguments: Mapping[str, object]) -> Compared:
        """The ports as they are beside those of the arguments, and the lines that put them back."""
        from orchestrator.switches import compare_switch, from_arguments

        return compare_switch(*from_arguments(arguments))

    def pending(self, arguments: Mapping[str, object]) -> bool:
        """Whether its own way back is armed."""
        from orchestrator.switches import from_arguments, observe

        target, _ = from_arguments(arguments)
        return observe(target).pending

    def configure(self, arguments: Mapping[str, object]) -> int:
        """Change what differs and confirm it over a new connection."""
        from orchestrator.switches import Unconfirmed, apply_switch, from_arguments, wait_until_taken_back

        try:
            return len(apply_switch(*from_arguments(arguments), check=False).lines)
        except Unconfirmed as lost:
            wait_until_taken_back(lost)


def survey_devices(
    devices: Devices, units: Iterable[UnitRendering], known: Mapping[str, Observation]
) -> dict[str, Observation]:
    """Compare devices with their arguments, many at once; one that does not answer is not reachable."""

    def asked(unit: UnitRendering) -> tuple[str, Observation]:
        before = known.get(unit.host, Observation())
        try:
            return unit.host, replace(before, differs=devices.differs(unit.arguments))
        except MachineError:
            return unit.host, replace(before, reachable=False)

    with ThreadPoolExecutor(max_workers=8) as pool:
        return dict(pool.map(asked, units))


def settled(devices: Devices, units: Iterable[UnitRendering]) -> set[str]:
    """Return the devices that answer and on which no change waits for its confirmation."""

    def is_settled(unit: UnitRendering) -> bool:
        try:
            return not devices.pending(unit.arguments)
        except MachineError:
            return False

    return {unit.host for unit in units if is_settled(unit)}
