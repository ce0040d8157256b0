"""Reads playbooks/site.yml as data and refuses whatever could not be known without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from orchestrator.errors import Problem, Refused
from orchestrator.model.rendering import CATALOGUE, Catalogue, Play

FILE = CATALOGUE
_KEYS = ("name", "hosts", "roles", "become", "gather_facts", "any_errors_fatal")
_SWITCHES = ("become", "gather_facts", "any_errors_fatal")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def parse(text: str, file: str = FILE) -> Catalogue:
    """The plays in their order; raises Refused with every problem of the file at once."""
    try:
        root = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Refused([_problem(file, mark, "SYNTAX", "this", "is not YAML")]) from error
    if not isinstance(root, yaml.SequenceNode):
        raise Refused([_problem(file, None, "SHAPE", "the file", "is not a list of plays")])
    problems = [problem for node in root.value for problem in _problems(node, file)]
    if problems:
        raise Refused(problems)
    plays = [_play(node, position) for position, node in enumerate(root.value)]
    return Catalogue(tuple(plays))


def _play(node: yaml.MappingNode, position: int) -> Play:
    values = {key.value: value for key, value in node.value}
    return Play(
        position=position,
        name=values["name"].value,
        group=values["hosts"].value,
        roles=tuple(role.value for role in values["roles"].value),
        become="become" in values and values["become"].value == "true",
        any_errors_fatal="any_errors_fatal" in values and values["any_errors_fatal"].value == "true",
        line=node.start_mark.line + 1,
    )


def _problems(node: yaml.Node, file: str) -> Iterator[Problem]:
    if not isinstance(node, yaml.MappingNode):
        yield _problem(file, node.start_mark, "SHAPE", "this", "is not a play")
        return
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if name not in _KEYS or name in seen:
            reason = "stands twice" if name in seen else "is no key that a play of the catalogue may hold"
            yield _problem(file, key.start_mark, "KEY", name, reason)
        elif not _is_allowed(name, value):
            yield _problem(file, value.start_mark, "VALUE", f"{name}: {_shown(value)}", _expected(name))
        seen.add(name)
    for name in ("name", "hosts", "roles"):
        if name not in seen:
            yield _problem(file, node.start_mark, "MISSING", name, "is missing in this play")


def _is_allowed(name: str, value: yaml.Node) -> bool:
    if name in _SWITCHES:
        allowed = {"false"} if name == "gather_facts" else {"true", "false"}
        return isinstance(value, yaml.ScalarNode) and value.value in allowed
    if name == "roles":
        return isinstance(value, yaml.SequenceNode) and all(_is_name(role) for role in value.value)
    if name == "hosts":
        return _is_name(value)
    return isinstance(value, yaml.ScalarNode) and bool(value.value) and "{" not in value.value


def _is_name(value: yaml.Node) -> bool:
    return isinstance(value, yaml.ScalarNode) and _NAME.fullmatch(value.value) is not None


def _expected(name: str) -> str:
    if name == "gather_facts":
        return "a play gathers no facts of its own; roles list theirs in meta/townhall.yml"
    if name in _SWITCHES:
        return "is neither true nor false"
    return "is not a plain name" if name in {"hosts", "name"} else "is not a list of plain role names"


def _shown(value: yaml.Node) -> str:
    return ascii(str(value.value))[1:-1][:60] if isinstance(value, yaml.ScalarNode) else "a list or map"


def _problem(file: str, mark: yaml.Mark | None, code: str, value: str, reason: str) -> Problem:
    return Problem(
        place=f"{file}:{mark.line + 1 if mark else 1}",
        code=f"TH-CATALOGUE-{code}",
        value=value,
        reason=reason,
        remedy=f"write only {', '.join(_KEYS)}, with one group, plain role names, true and false",
    )
