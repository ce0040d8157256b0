"""The port to devices that are configured over their own command line instead of by Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

ROLES = frozenset({"switch"})


class Devices(Protocol):
    """Compares and configures one device by the arguments of its role."""

    def differs(self, arguments: Mapping[str, object]) -> bool:
        """Whether the device is not as its arguments say."""

    def configure(self, arguments: Mapping[str, object]) -> int:
        """Make it so and return the number of changes; raise MachineError if it is back to where it was."""


class Switches:
    """Switches through netmiko."""

    def differs(self, arguments: Mapping[str, object]) -> bool:
        """Whether the running configuration differs."""
        from orchestrator.switches import apply_switch, from_arguments

        return apply_switch(*from_arguments(arguments), check=True).changed

    def configure(self, arguments: Mapping[str, object]) -> int:
        """Change what differs and confirm it over a new connection."""
        from orchestrator.switches import apply_switch, from_arguments

        return len(apply_switch(*from_arguments(arguments), check=False).lines)
