"""Counts what a unit makes Ansible do, from its role's files and its rendered arguments; nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from orchestrator.plan.keys import canonical
from tests.contracts.role_files import REPOSITORY, read

ON_THE_CONTROLLER = frozenset(
    {"assert", "debug", "fail", "meta", "set_fact", "import_tasks", "include_tasks"}
)
OF_ROLES = frozenset(path.stem for path in (REPOSITORY / "roles").rglob("library/*.py"))
INCLUDES = ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks")


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
    home = REPOSITORY / "roles" / role
    values = {**_mapping(home / "defaults/main.yml"), **arguments, **_mapping(home / "vars/main.yml")}
    engine = Templar(loader=DataLoader(), variables={name: _trusted(value) for name, value in values.items()})
    return sum((_of_task(task, engine) for task in _tasks(home / "tasks/main.yml")), Cost())


def plain(arguments: Mapping[str, object]) -> dict[str, object]:
    """Arguments as JSON values; a secret is its reference."""
    return dict(DataLoader().load(canonical(arguments)))


def _of_task(task: Mapping[str, Any], engine: Templar) -> Cost:
    modules = [key for key in task if "." in key or key in OF_ROLES]
    remote = any(key.rpartition(".")[2] not in ON_THE_CONTROLLER for key in modules)
    items = _items(task.get("loop"), engine)
    return Cost(1, items or 0, (1 if items is None else items) if remote else 0)


def _items(loop: object, engine: Templar) -> int | None:
    """The number of items; None without a loop."""
    if loop is None:
        return None
    try:
        return len(engine.template(_trusted(loop)))
    except AnsibleUndefinedVariable:
        return 0


def _tasks(path: Path) -> Iterator[Mapping[str, Any]]:
    return _flat(read(path) or (), path)


def _flat(tasks: Iterable[Mapping[str, Any]], path: Path) -> Iterator[Mapping[str, Any]]:
    for task in tasks:
        file = next((task[key] for key in INCLUDES if key in task), None)
        if file:
            yield from _tasks(path.with_name(str(file)))
        elif "block" in task:
            for part in ("block", "rescue", "always"):
                yield from _flat(task.get(part, ()), path)
        else:
            yield task


def _mapping(path: Path) -> dict[str, object]:
    return dict(read(path) or {})


def _trusted(value: object) -> object:
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, Mapping):
        return {key: _trusted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_trusted(inner) for inner in value]
    return value
