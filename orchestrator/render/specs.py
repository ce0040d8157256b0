"""Holds a unit's arguments against what its role declares, before anything is executed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from orchestrator.errors import Problem
from orchestrator.model.rendering import SecretReference, UnitRendering

Options = Mapping[str, Mapping[str, object]]
_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str, SecretReference),
    "path": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "list": (list, tuple),
    "dict": (Mapping,),
}
_EXACTLY = {name: frozenset(types) for name, types in _TYPES.items() if name not in {"list", "dict"}}


def mismatches(unit: UnitRendering, options: Options) -> Iterator[Problem]:
    """Every argument that is missing, unknown or of another type than the role's interface says.

    `options` is the part of that name of roles/<role>/meta/argument_specs.yml; null stands for any type.
    """
    for reason, name in _map(unit.arguments, options, ""):
        yield Problem(
            place=f"roles/{unit.role}/meta/argument_specs.yml:1",
            code="TH-ARGUMENT-SPEC",
            value=name,
            reason=f"{reason} on {unit.host}",
            remedy="make the role's interface and what is rendered or chosen for it agree",
        )


def _map(values: Mapping[str, object], options: Options, path: str) -> Iterator[tuple[str, str]]:
    for name in sorted(set(values) - set(options)):
        yield "is given and not declared", path + name
    for name, option in options.items():
        if name in values:
            yield from _value(values[name], option, path + name)
        elif option.get("required"):
            yield "is required and not given", path + name


def _value(value: object, option: Mapping[str, object], path: str) -> Iterator[tuple[str, str]]:
    wanted = str(option.get("type", "str"))
    if value is None:
        return
    if not _is_of(value, wanted):
        yield f"is {type(value).__name__} and must be {wanted}", path
        return
    choices = option.get("choices")
    if isinstance(choices, list) and value not in choices:
        yield f"is {value!r} and must be one of {choices}", path
    nested = option.get("options")
    if isinstance(value, Mapping) and isinstance(nested, Mapping):
        yield from _map(value, nested, f"{path}.")
    elif isinstance(value, list | tuple):
        element = _element(option)
        is_right = surely(element)
        for number, item in enumerate(value):
            if not is_right(item):
                yield from _value(item, element, f"{path}[{number}]")


def _element(option: Mapping[str, object]) -> Mapping[str, object]:
    """What the items of a list are declared as."""
    return {
        **option,
        "type": option.get("elements", "dict" if option.get("options") else "raw"),
        "choices": None,
    }


def surely(option: Mapping[str, object]) -> Callable[[object], bool]:
    """A quick test that says yes only to what fits, for lists of thousands; what it denies may fit too."""
    wanted, nested = str(option.get("type", "str")), option.get("options")
    choices, kinds = option.get("choices"), _EXACTLY.get(wanted, frozenset())
    if isinstance(choices, list):
        return lambda value: type(value) in kinds and value in choices
    if wanted == "dict" and isinstance(nested, Mapping):
        return _surely_all(nested)
    if wanted == "list" and option.get("elements") != "list":
        is_right = surely(_element(option))
        return lambda value: isinstance(value, list | tuple) and all(map(is_right, value))
    return lambda value: type(value) in kinds


def _surely_all(options: Options) -> Callable[[object], bool]:
    tests = {name: surely(option) for name, option in options.items()}
    needed = {name for name, option in options.items() if option.get("required")}

    def is_right(value: object) -> bool:
        if type(value) is not dict or not needed <= value.keys() <= tests.keys():
            return False
        return all(one is None or tests[name](one) for name, one in value.items())

    return is_right


def _is_of(value: object, wanted: str) -> bool:
    if wanted == "raw":
        return True
    if isinstance(value, bool) and wanted != "bool":
        return False
    return isinstance(value, _TYPES[wanted])
