"""Take a change by hand over into the inventory, where an argument or a person's post explains it exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from orchestrator.apply.watched import spots_of
from orchestrator.desired import Desired, desired
from orchestrator.drift.adopt import Arguments, explained
from orchestrator.errors import Refused
from orchestrator.load.edit import set_value
from orchestrator.model.drift import Adoption, Difference, Drift
from orchestrator.model.rendering import UnitRendering
from orchestrator.role_specs import read_options
from orchestrator.role_tasks import RoleTasks, Task
from orchestrator.role_templates import defaults, source, text_of

TITLE, POST = "title", "post"


def adopt(root: Path, drift: Drift) -> tuple[Adoption, ...]:
    """Write what can be taken over; raises Refused, with nothing written, if the town would be wrong."""
    wanted, found = desired(root), list[Adoption]()
    before: dict[Path, str | None] = {}
    for one in drift.differences:
        adoption = _person(wanted, one) if one.spot.kind == "directory" else _argument(wanted, one)
        known = {(other.file, other.key) for other in found}
        if adoption and (adoption.file, adoption.key) not in known:
            path = root / adoption.file
            before.setdefault(path, path.read_text(encoding="utf-8") if path.exists() else None)
            if _write(wanted, path, adoption):
                found.append(adoption)
    try:
        desired(root)
    except Refused:
        for path, text in before.items():
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        raise
    return tuple(found)


def _argument(wanted: Desired, one: Difference) -> Adoption | None:
    units = (unit for unit in wanted.rendering.units if (unit.host, unit.role) == (one.host, one.role))
    unit = next(units, None)
    if unit is None or not one.managed:
        return None
    kinds = _choosable(wanted, unit)
    for now, form, made in _forms(unit, one):
        known = explained(now, form, _with_defaults(unit), kinds, made)
        if known:
            file, group = _file_of(wanted, unit, known[0])
            return Adoption(one, file, *known, len(wanted.town.groups.get(group, wanted.town.hosts)))
    return None


def _choosable(wanted: Desired, unit: UnitRendering) -> dict[str, str]:
    """The type of each argument that nothing derives."""
    chosen = {argument.name for argument in wanted.town.role_arguments}
    options = read_options([unit.role])[unit.role]
    return {
        name: str(option.get("type", "str"))
        for name, option in options.items()
        if name not in unit.arguments or name in chosen
    }


def _with_defaults(unit: UnitRendering) -> dict[str, object]:
    return {**defaults(unit.role), **unit.arguments}


Form = tuple[Any, str, Callable[[Arguments], Any]]


def _forms(unit: UnitRendering, one: Difference) -> Iterator[Form]:
    """What stands there now, the template behind it, and how arguments make it."""
    tasks = RoleTasks(unit.role, _with_defaults(unit))
    for task in tasks.all():
        for module, turn in spots_of(tasks, task, one.spot):
            yield from _form(unit, task[module], turn, one)


def _form(unit: UnitRendering, options: Task, turn: Mapping[str, Any], one: Difference) -> Iterator[Form]:
    now = one.now
    tasks = RoleTasks(unit.role, _with_defaults(unit))

    def filled(field: object, arguments: Arguments) -> Any:
        return RoleTasks(unit.role, arguments).filled(field, turn)

    if one.spot.kind == "unit" and now["enabled"] in {"enabled", "disabled"} and "enabled" in options:
        field = options["enabled"]
        yield now["enabled"] == "enabled", str(field), partial(filled, field)
    elif now.get("target") and "src" in options:
        yield now["target"], str(options["src"]), partial(filled, options["src"])
    elif now.get("text") and "src" in options:
        path = str(tasks.filled(options["src"], turn)).removesuffix(".j2")
        if (tasks.home / "templates" / f"{path}.j2").is_file():
            yield now["text"], source(unit.role, path), partial(text_of, unit.role, path)


def _file_of(wanted: Desired, unit: UnitRendering, name: str) -> tuple[str, str]:
    """The file where the argument stands or belongs, and the group that it holds for."""
    groups = {"all", *wanted.town.hosts[unit.host].groups}
    for argument in wanted.town.role_arguments:
        if argument.name == name and argument.group in groups:
            return argument.source.file, argument.group
    plays = (play for play in wanted.catalogue.plays if play.position == unit.position)
    group = next(play.group for play in plays)
    return f"group_vars/{group}/{unit.role}.yml", group


def _person(wanted: Desired, one: Difference) -> Adoption | None:
    for dn, now in one.now.items():
        person = wanted.town.people.get(str(now.get("sAMAccountName", "")).lower())
        post = now.get(TITLE)
        if person and post and one.words.startswith(f"{dn}: {TITLE} ") and post != person.post:
            return Adoption(one, person.source.file, f"{person.account}: {POST}", post, 1)
    return None


def _write(wanted: Desired, path: Path, adoption: Adoption) -> bool:
    """Set the value in its line, or add one; False where it stands on several lines: a person does it."""
    text, value = path.read_text(encoding="utf-8") if path.exists() else "", _scalar(adoption.value)
    account, _, key = adoption.key.partition(": ")
    if key:
        number = wanted.town.people[account].source.line
        path.write_text(set_value(text, number, key, value, "department"), encoding="utf-8")
        return True
    line_of = re.compile(rf"^{re.escape(adoption.key)}:.*$", re.MULTILINE)
    found = line_of.search(text)
    if found and text[found.end() : found.end() + 2] in {"\n ", "\n-"}:
        return False
    line = f"{adoption.key}: {value}"
    path.parent.mkdir(parents=True, exist_ok=True)
    joined = f"{text.rstrip(chr(10))}\n{line}\n".lstrip("\n")
    path.write_text(line_of.sub(lambda _: line, text) if found else joined, encoding="utf-8")
    return True


def _scalar(value: object) -> str:
    """A value as YAML reads it back: text in quotes, since a bare word may mean something else."""
    return json.dumps(value, ensure_ascii=False)
