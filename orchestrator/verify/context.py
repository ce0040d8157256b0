"""What every check may know: the town, its intent, its arguments and a way to each machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Rendering, UnitRendering
from orchestrator.model.town import Town
from orchestrator.model.verdict import Selection
from orchestrator.verify.secrets import Secrets


@dataclass(frozen=True)
class Context:
    """Handed to the checks by the engine; one per verification."""

    town: Town
    intent: Intent
    rendering: Rendering
    selection: Selection
    ssh_config: Path
    secrets: Secrets

    @cached_property
    def units(self) -> Mapping[tuple[str, str], UnitRendering]:
        """Every unit of the town by host and role."""
        return {(unit.host, unit.role): unit for unit in self.rendering.units}

    def hosts(self, role: str) -> list[str]:
        """The selected hosts that carry a role, sorted."""
        return sorted(
            host for host, carried in self.units if carried == role and self.selection.includes(host, role)
        )

    def arguments(self, host: str, role: str) -> dict[str, Any]:
        """The role's arguments on the host, secrets resolved."""
        return {
            name: self.secrets.resolved(value) for name, value in self.units[host, role].arguments.items()
        }

    def machine(self, host: str) -> Any:
        """A connection of testinfra to the host."""
        import testinfra  # type: ignore[import-untyped]

        return testinfra.get_host(
            f"ssh://{host}",
            ssh_config=str(self.ssh_config),
            timeout=8,
            sudo=self.town.connection.user != "root",
        )
