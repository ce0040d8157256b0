"""A role's tasks as data: files are read, variables filled with a unit's arguments; nothing is run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError  # type: ignore[import-untyped]
from ansible.parsing.dataloader import DataLoader  # type: ignore[import-untyped]
from ansible.template import Templar, trust_as_template  # type: ignore[import-untyped]

from orchestrator.reach import PROJECT

INCLUDES = ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks")
_TEMPLATE = ("{{", "{%", "{#")
Task = Mapping[str, Any]


@dataclass(frozen=True)
class RoleTasks:
    """The tasks of one role with the arguments of one unit; what only the machine can say stays unknown."""

    role: str
    arguments: Mapping[str, object]
    project: Path = PROJECT

    @property
    def home(self) -> Path:
        """The role's folder."""
        return self.project / "roles" / self.role

    def all(self) -> tuple[Task, ...]:
        """Every task in order, includes and blocks opened."""
        return _tasks(self.home / "tasks/main.yml")

    def items(self, task: Task) -> list[Any] | None:
        """The items of a task's loop; None without a loop, none where only the machine knows them."""
        if task.get("loop") is None:
            return None
        return list(self.filled(task["loop"]) or ())

    def repeated(self, task: Task) -> Iterator[dict[str, Any]]:
        """The variables of each turn of a task's loop; one turn without any where there is no loop."""
        items = self.items(task)
        variable = (task.get("loop_control") or {}).get("loop_var", "item")
        yield from ({},) if items is None else ({variable: item} for item in items)

    def filled(self, value: object, turn: Mapping[str, Any] | None = None) -> Any:
        """A value of a task with its variables filled in, or None where that needs the machine."""
        if isinstance(value, str) and not any(mark in value for mark in _TEMPLATE):
            return value
        engine = Templar(loader=DataLoader(), variables={**self._variables, **(turn or {})})
        try:
            return engine.template(_trusted(value))
        except AnsibleError:
            return None

    @property
    def _variables(self) -> dict[str, object]:
        defaults, internal = (_variables(self.home / name / "main.yml") for name in ("defaults", "vars"))
        return {**defaults, **self.arguments, **internal}


@cache
def read(path: Path) -> Any:
    """A YAML file as plain values; an absent file is None."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if path.exists() else None


@cache
def _tasks(path: Path) -> tuple[Task, ...]:
    return tuple(_flat(read(path) or (), path))


def _flat(tasks: Iterable[Task], path: Path) -> Iterator[Task]:
    for task in tasks:
        file = next((task[key] for key in INCLUDES if key in task), None)
        if file:
            yield from _tasks(path.with_name(str(file)))
        elif "block" in task:
            for part in ("block", "rescue", "always"):
                yield from _flat(task.get(part, ()), path)
        else:
            yield task


@cache
def _variables(path: Path) -> dict[str, object]:
    return {name: _trusted(value) for name, value in (read(path) or {}).items()}


def _trusted(value: object) -> object:
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, Mapping):
        return {key: _trusted(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_trusted(inner) for inner in value]
    return value
