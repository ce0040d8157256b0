"""Counts what a unit makes Ansible do, from its role's files and its rendered arguments; nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.parsing.dataloader import DataLoader

from orchestrator.plan.keys import canonical
from orchestrator.role_tasks import RoleTasks
from tests.contracts.role_files import REPOSITORY

ON_THE_CONTROLLER = frozenset(
    {"assert", "debug", "fail", "meta", "set_fact", "import_tasks", "include_tasks"}
)
OF_ROLES = frozenset(path.stem for path in (REPOSITORY / "roles").rglob("library/*.py"))


@dataclass(frozen=True, slots=True)
class Cost:
    """Tasks, items of their loops, and commands on the machine (one for each item, at least one a task)."""

    tasks: int = 0
    items: int = 0
    commands: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Add two costs."""
        return Cost(self.tasks + other.tasks, self.items + other.items, self.commands + other.commands)


def cost(role: str, arguments: Mapping[str, object]) -> Cost:
    """What one run of a role with these arguments takes; every condition is taken to hold.

    A loop over what only the machine can say counts its task and no item.
    """
    tasks = RoleTasks(role, arguments)
    return sum((_of_task(task, tasks.items(task)) for task in tasks.all()), Cost())


def plain(arguments: Mapping[str, object]) -> dict[str, object]:
    """Arguments as JSON values; a secret is its reference."""
    return dict(DataLoader().load(canonical(arguments)))


def _of_task(task: Mapping[str, Any], items: list[Any] | None) -> Cost:
    modules = [key for key in task if "." in key or key in OF_ROLES]
    remote = any(key.rpartition(".")[2] not in ON_THE_CONTROLLER for key in modules)
    commands = 1 if items is None else len(items)
    return Cost(1, len(items or ()), commands if remote else 0)
