"""Take a change by hand over into the inventory, where one of its values explains it exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from orchestrator.adopted_directory import of_directory
from orchestrator.apply.watched import spots_of
from orchestrator.desired import Desired, desired
from orchestrator.drift.adopt import Arguments, explained, kind_of
from orchestrator.errors import Refused
from orchestrator.load.edit_entry import set_entry
from orchestrator.model.drift import Adoption, Difference, Drift
from orchestrator.model.rendering import UnitRendering
from orchestrator.role_specs import read_options
from orchestrator.role_tasks import RoleTasks, Task
from orchestrator.role_templates import defaults, source, text_of

LISTS_OF_THE_TOWN = {"domain_controller_dns_forwarders": ("group_vars/all/services.yml", "dns_forwarders")}
"""Arguments that are a list of the town, as it stands there."""


def adopt(root: Path, drift: Drift) -> tuple[Adoption, ...]:
    """Write what can be taken over; raises Refused, with nothing written, if the town would be wrong."""
    wanted, found = desired(root), list[Adoption]()
    before: dict[Path, str | None] = {}
    for one in drift.differences:
        is_of_domain = one.spot.kind == "directory"
        adoption = of_directory(wanted.town, one) if is_of_domain else _argument(wanted, one)
        known = {(other.file, other.path) for other in found}
        if adoption and (adoption.file, adoption.path) not in known:
            path = root / adoption.file
            before.setdefault(path, path.read_text(encoding="utf-8") if path.exists() else None)
            if _write(path, adoption):
                found.append(adoption)
    try:
        desired(root)
    except Refused:
        for path, text in before.items():
            path.unlink(missing_ok=True) if text is None else path.write_text(text, encoding="utf-8")
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
            name, value = known
            file, key, group = _place_of(wanted, unit, name)
            hosts = len(wanted.town.groups.get(group, wanted.town.hosts))
            return Adoption(one, file, (key,), value, hosts)
    return None


def _choosable(wanted: Desired, unit: UnitRendering) -> dict[str, str]:
    """The type of each argument that nothing derives."""
    chosen = {argument.name for argument in wanted.town.role_arguments} | LISTS_OF_THE_TOWN.keys()
    options = read_options([unit.role])[unit.role]
    return {
        name: kind_of(option)
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
    elif one.spot.kind == "package":
        names = tasks.filled(options["name"], turn)
        if now["state"] == "absent" and isinstance(names, list):
            left = [name for name in names if name != one.spot.name]
            yield left, str(options["name"]), partial(filled, options["name"])
    elif now.get("target") and "src" in options:
        yield now["target"], str(options["src"]), partial(filled, options["src"])
    elif now.get("text") and "src" in options:
        path = str(tasks.filled(options["src"], turn)).removesuffix(".j2")
        if (tasks.home / "templates" / f"{path}.j2").is_file():
            yield now["text"], source(unit.role, path), partial(text_of, unit.role, path)


def _place_of(wanted: Desired, unit: UnitRendering, name: str) -> tuple[str, str, str]:
    """The file and the key where the argument stands or belongs, and the group that it holds for."""
    groups = {"all", *wanted.town.hosts[unit.host].groups}
    for argument in wanted.town.role_arguments:
        if argument.name == name and argument.group in groups:
            return argument.source.file, name, argument.group
    plays = (play for play in wanted.catalogue.plays if play.position == unit.position)
    group = next(play.group for play in plays)
    file, key = LISTS_OF_THE_TOWN.get(name, (f"group_vars/{group}/{unit.role}.yml", name))
    return file, key, group


def _write(path: Path, adoption: Adoption) -> bool:
    """Set the value where it stands, or add it; False where its form is left to a person."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    edited = set_entry(text, adoption.path, adoption.value)
    if edited is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(edited, encoding="utf-8")
    return True
