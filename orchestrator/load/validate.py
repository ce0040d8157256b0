"""Holds a file against its schema; every error of pydantic becomes a problem at its line."""

from __future__ import annotations

import types
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestrator.load.problems import Problems
from orchestrator.load.reserved import ANSIBLE_WORDS, note_reserved
from orchestrator.load.tree import Items, Table
from orchestrator.model.source import Source

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]

_TYPES = {
    "string": ("text", "write it in quotes"),
    "int": ("a whole number", "write digits without quotes"),
    "bool": ("true or false", "write true or false"),
    "dict": ("a mapping", "write `{key: value}`"),
    "model": ("a mapping", "write `{key: value}`"),
    "list": ("a list", "write `[first, second]`"),
}


def validate(
    model: type[Model], table: Table, file: str, problems: Problems
) -> tuple[Model, Table] | tuple[None, None]:
    """The file as a model, with what it was made of.

    Entries with errors are noted and left out, so that the rest can be judged too.
    """
    try:
        return model.model_validate(table), table
    except ValidationError as error:
        bad = error.errors(include_url=False)
    for item in bad:
        _note(model, table, file, item, problems)
    rest = _without(table, [_entry(table, item["loc"]) for item in bad])
    try:
        return model.model_validate(rest), rest
    except ValidationError:
        return None, None


def line_of(table: Table, place: Place) -> int:
    """The line of the deepest part of a place that is there."""
    here: Any = table
    line = table.line
    for step in place:
        if isinstance(here, Table) and isinstance(step, str) and step in here.lines:
            line, here = here.lines[step], here.get(step)
        elif isinstance(here, Items) and isinstance(step, int) and step < len(here):
            line, here = here.lines[step], here[step]
        else:
            break
    return line


def _entry(table: Table, place: Place) -> Place:
    """What an error makes useless: an entry of a section, or the innermost mapping in a list."""
    here: Any = table
    depth = 2
    for number, step in enumerate(place, 1):
        known = isinstance(here, Items) and isinstance(step, int) and step < len(here)
        if not known and not (isinstance(here, Table) and step in here):
            break
        here = here[step]
        if known and isinstance(here, Table):
            depth = number
    return place[:depth]


def _without(section: Any, places: list[Place]) -> Any:
    """A copy without the parts at these places."""
    below: dict[int | str, list[Place]] = {}
    for place in places:
        below.setdefault(place[0], []).append(place[1:])
    whole = {step for step, rests in below.items() if () in rests}

    def part(step: int | str, value: Any) -> Any:
        return _without(value, below[step]) if step in below else value

    if isinstance(section, Table):
        kept = Table(section.line)
        kept.lines = section.lines
        kept.update({key: part(key, value) for key, value in section.items() if key not in whole})
        return kept
    if isinstance(section, Items):
        rest = Items(section.line)
        for index, value in enumerate(section):
            if index not in whole:
                rest.append(part(index, value))
                rest.lines.append(section.lines[index])
        return rest
    return section


def _note(model: type[BaseModel], table: Table, file: str, item: Any, problems: Problems) -> None:
    place: Place = tuple(step for step in item["loc"] if step != "[key]")
    source = Source(file, line_of(table, place))
    kind, name = item["type"], str(place[-1]) if place else file
    context = item.get("ctx", {})
    if kind == "bad":
        value = context.get("value", name if "[key]" in item["loc"] else item["input"])
        problems.add(source, context["code"], value, context["reason"], context["remedy"])
    elif kind == "extra_forbidden":
        _unknown_key(source, name, model, place[:-1], problems)
    elif kind == "missing":
        problems.add(source, "TH-KEY-MISSING", name, *missing(name, place))
    elif kind == "literal_error":
        problems.add(
            source, "TH-CHOICE", item["input"], "not an allowed word", f"write {context['expected']}"
        )
    elif kind.removesuffix("_type") in _TYPES:
        wanted, remedy = _TYPES[kind.removesuffix("_type")]
        problems.add(source, "TH-TYPE", item["input"], f"{name} must be {wanted}", remedy)
    else:
        remedy = "write a value that fits"
        problems.add(source, "TH-VALUE", item["input"], f"{name}: {item['msg']}", remedy)


def missing(name: str, place: Place) -> tuple[str, str]:
    """Reason and remedy for a key that has to be there."""
    where = f"of {place[-2]} " if len(place) > 1 and isinstance(place[-2], str) else ""
    return f"the key {name} {where}is missing", f"add `{name}: ...`"


def _unknown_key(source: Source, name: str, model: type[BaseModel], place: Place, problems: Problems) -> None:
    """Note a key that the schema does not have here; those of a whole file are variables to Ansible."""
    allowed = _allowed_keys(model, place)
    home = next((key for key in allowed if name in _allowed_keys(model, (*place, key))), None)
    what = "key here; they are fixed"
    remedy = f"write it below `{home}:`" if home else problems.instead(name, allowed, what)
    if not place and name in ANSIBLE_WORDS:
        note_reserved(source, name, remedy, problems)
    else:
        problems.add(source, "TH-KEY-UNKNOWN", name, f"no such {what}", remedy)


def _allowed_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that the schema allows at a place."""
    here: Any = model
    for step in place:
        here = _inner(here, step)
    here = _bare(here)
    if isinstance(here, type) and issubclass(here, BaseModel):
        return [field.alias or name for name, field in here.model_fields.items()]
    return []


def _inner(annotation: Any, step: int | str) -> Any:
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        by_alias = {field.alias or name: field.annotation for name, field in bare.model_fields.items()}
        return by_alias.get(str(step))
    arguments = typing.get_args(bare)
    return arguments[-1] if arguments else None


def _bare(annotation: Any) -> Any:
    if typing.get_origin(annotation) is typing.Annotated:
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _bare(next(part for part in typing.get_args(annotation) if part is not type(None)))
    return annotation
