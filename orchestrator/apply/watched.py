"""What a unit answers for on its machine: what its tasks name, and what its meta/townhall.yml adds.

`manages` there names what modules of our own put in place, `watches` what no task touches and yet matters
to the unit; both by kind of the witness. The kind `sealed` is a file whose text may hold secrets.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from orchestrator.model.drift import Spot, Watch
from orchestrator.model.rendering import SecretReference
from orchestrator.reach import PROJECT
from orchestrator.role_tasks import RoleTasks, Task, read

SEALED = "sealed"
Turn = Mapping[str, Any]
_PLACE_OF = {
    "ansible.builtin.template": "dest",
    "ansible.builtin.copy": "dest",
    "ansible.builtin.file": "path",
    "ansible.builtin.lineinfile": "path",
}
_UNITS = "ansible.builtin.systemd_service"
_PACKAGES = "ansible.builtin.apt"
_STANDING = frozenset({"started", "stopped"})


def watched(role: str, arguments: Mapping[str, object], project: Path = PROJECT) -> tuple[Watch, ...]:
    """Return every spot of a unit once, sorted; a spot that a task names is managed."""
    secret = {name for name, value in arguments.items() if holds_secret(value)}
    tasks = RoleTasks(role, {name: _open(value) for name, value in arguments.items()}, project)
    found: dict[Spot, Watch] = {}
    for watch in (*_added(tasks), *_named(tasks, secret)):
        found[watch.spot] = watch
    return tuple(sorted(found.values()))


def holds_secret(value: object) -> bool:
    """Whether an argument is a secret or holds one."""
    if isinstance(value, Mapping):
        return any(map(holds_secret, value.values()))
    if isinstance(value, list | tuple):
        return any(map(holds_secret, value))
    return isinstance(value, SecretReference)


def _open(value: object) -> object:
    """An argument with the names of secrets in place of secrets."""
    if isinstance(value, Mapping):
        return {key: _open(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_open(inner) for inner in value]
    return value.name if isinstance(value, SecretReference) else value


def _added(tasks: RoleTasks) -> Iterator[Watch]:
    said = read(tasks.home / "meta/townhall.yml") or {}
    for managed, key in ((False, "watches"), (True, "manages")):
        for kind, names in (said.get(key) or {}).items():
            for name in names:
                spot = Spot("file" if kind == SEALED else kind, str(tasks.filled(name)))
                yield Watch(spot, managed, sealed=kind == SEALED)


def _named(tasks: RoleTasks, secret: set[str]) -> Iterator[Watch]:
    for task in tasks.all():
        for module in _SPOTS_OF.keys() & task.keys():
            sealed = bool(task.get("no_log")) or _reads(tasks, task[module], secret)
            yield from (Watch(spot, sealed=sealed) for spot, _ in _turns(tasks, task, module))


def spots_of(tasks: RoleTasks, task: Task, wanted: Spot) -> Iterator[tuple[str, Turn]]:
    """Yield the module of a task and the turn of its loop that names a spot."""
    for module in _SPOTS_OF.keys() & task.keys():
        yield from ((module, turn) for spot, turn in _turns(tasks, task, module) if spot == wanted)


def _turns(tasks: RoleTasks, task: Task, module: str) -> Iterator[tuple[Spot, Turn]]:
    for turn in tasks.repeated(task):
        for spot in _SPOTS_OF[module](task[module], partial(tasks.filled, turn=turn)):
            yield spot, turn


def _reads(tasks: RoleTasks, options: Task, names: set[str]) -> bool:
    """Whether a file's text is made with one of these arguments; a template of unknown name may be any."""
    if not names or not ("src" in options or "content" in options):
        return False
    source = str(options.get("src", ""))
    folder = tasks.home / "templates"
    files = folder.rglob("*.j2") if "{{" in source else [folder / source]
    texts = [
        str(options.get("content", "")),
        *(path.read_text(encoding="utf-8") for path in files if path.is_file()),
    ]
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names for text in texts)


Filled = Callable[[object], Any]


def _files(place: str) -> Callable[[Task, Filled], Iterator[Spot]]:
    def spots(options: Task, filled: Filled) -> Iterator[Spot]:
        path = filled(options.get(place) or options.get("dest"))
        if isinstance(path, str) and path.startswith("/"):
            yield Spot("file", posixpath.normpath(path))

    return spots


def _units(options: Task, filled: Filled) -> Iterator[Spot]:
    name = filled(options.get("name"))
    if name and (
        "enabled" in options or options.get("state") in _STANDING or "{{" in str(options.get("state"))
    ):
        yield Spot("unit", name if _suffixed(name) else f"{name}.service")


def _suffixed(name: str) -> bool:
    return name.rpartition(".")[2] in {"service", "timer", "socket", "path", "mount", "target"}


def _packages(options: Task, filled: Filled) -> Iterator[Spot]:
    names = filled(options.get("name")) or ()
    for name in (names,) if isinstance(names, str) else names:
        yield Spot("package", str(name))


_SPOTS_OF: dict[str, Callable[[Task, Filled], Iterator[Spot]]] = {
    **{module: _files(place) for module, place in _PLACE_OF.items()},
    _UNITS: _units,
    _PACKAGES: _packages,
}
