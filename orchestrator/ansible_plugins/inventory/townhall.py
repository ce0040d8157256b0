"""Gives Ansible the derived values: the same that the orchestrator plans with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError  # type: ignore[import-untyped]
from ansible.plugins.inventory import BaseInventoryPlugin  # type: ignore[import-untyped]
from ansible.template import trust_as_template  # type: ignore[import-untyped]

from orchestrator.desired import PROJECT, desired
from orchestrator.errors import TownhallError
from orchestrator.model.rendering import SecretReference
from orchestrator.render.variables import host_variables

DOCUMENTATION = """
name: townhall
short_description: Derived values of a town
description:
  - Sets the arguments of every role and the connection on every host of the folder that it stands in.
options:
  plugin:
    description: Marks the file as this plugin's.
    required: true
    choices: [townhall]
"""


class InventoryModule(BaseInventoryPlugin):  # type: ignore[misc]
    """Sets host variables and nothing else: hosts and groups are the yaml plugin's."""

    NAME = "townhall"

    def verify_file(self, path: str) -> bool:
        """Only a file of this name is ours."""
        return bool(super().verify_file(path)) and Path(path).name == "townhall.yml"

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Set every derived variable on every host."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            wanted = host_variables(desired(Path(path).resolve().parent).rendering, PROJECT)
        except TownhallError as error:
            raise AnsibleParserError(f"the inventory is refused:\n{error}") from error
        _compare_hosts(set(wanted), set(inventory.hosts))
        for host, variables in wanted.items():
            _set(inventory, host, variables)


def _compare_hosts(wanted: set[str], known: set[str]) -> None:
    if not wanted:
        raise AnsibleParserError("the inventory has no hosts")
    if wanted != known:
        names = ", ".join(sorted(wanted ^ known))
        raise AnsibleParserError(f"Ansible and Townhall read different hosts: {names}")


def _set(inventory: Any, host: str, variables: Mapping[str, object]) -> None:
    taken = sorted(set(variables) & set(inventory.hosts[host].vars))
    if taken:
        raise AnsibleParserError(f"{host}: derived values are set by hand: {', '.join(taken)}")
    for name, value in variables.items():
        inventory.set_variable(host, name, _for_ansible(value))


def _for_ansible(value: object) -> object:
    """References become trusted templates; every other text stays text, whatever it looks like."""
    if isinstance(value, SecretReference):
        return trust_as_template(value.template)
    if isinstance(value, Mapping):
        return {key: _for_ansible(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_for_ansible(inner) for inner in value]
    return value
