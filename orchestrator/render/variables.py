"""What Ansible is given for each host: the arguments of all its roles, and its connection."""

from __future__ import annotations

from pathlib import PurePath

from orchestrator.model.rendering import Rendering
from orchestrator.render.connections import anchored


def host_variables(rendering: Rendering, project: PurePath) -> dict[str, dict[str, object]]:
    """The variables of every host by name, references to secrets left in; `project` is an absolute folder."""
    found = {host: anchored(values, project) for host, values in rendering.connections.items()}
    for unit in rendering.units:
        found[unit.host].update(unit.arguments)
    return found
