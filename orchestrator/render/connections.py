"""How Ansible reaches each host; paths begin with a mark for the project's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from orchestrator.model.addresses import dotted
from orchestrator.model.intent import Intent
from orchestrator.model.town import Connection

PROJECT_MARK = "{project}"


def connections(connection: Connection, intent: Intent) -> dict[str, dict[str, object]]:
    """The connection variables of every host."""
    shared: dict[str, object] = {
        "ansible_user": connection.user,
        "ansible_ssh_private_key_file": _marked(connection.private_key),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={_marked(connection.known_hosts)} "
        "-o StrictHostKeyChecking=yes",
    }
    return {
        host: {"ansible_host": dotted(placement.control_address), **shared}
        for host, placement in intent.placements.items()
    }


def anchored(variables: Mapping[str, object], project: PurePath) -> dict[str, object]:
    """The variables with the mark replaced by the project's folder."""
    return {
        name: value.replace(PROJECT_MARK, str(project)) if isinstance(value, str) else value
        for name, value in variables.items()
    }


def _marked(path: str) -> str:
    return path if path.startswith(("/", "~")) else f"{PROJECT_MARK}/{path}"
