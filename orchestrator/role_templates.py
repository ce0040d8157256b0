"""The roles' own templates with Ansible's settings of Jinja and Ansible's filters; each is compiled once."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
import yaml
from ansible.plugins.filter.core import FilterModule as Core  # type: ignore[import-untyped]
from ansible.plugins.filter.mathstuff import FilterModule as Sets  # type: ignore[import-untyped]
from ansible.plugins.filter.urlsplit import FilterModule as Addresses  # type: ignore[import-untyped]
from jinja2 import meta

from orchestrator.reach import PROJECT

ROLES = PROJECT / "roles"
MANAGED = "Ansible managed"


@cache
def environment() -> jinja2.Environment:
    """Jinja as the template action sets it up."""
    found = jinja2.Environment(  # noqa: S701 - no text of these is HTML
        trim_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    for module in (Core(), Sets(), Addresses(), _own_filters()):
        found.filters.update(module.filters())
    return found


def _own_filters() -> Any:
    spec = importlib.util.spec_from_file_location(
        "townhall_filters", ROLES.parent / "filter_plugins/townhall.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError("filter_plugins/townhall.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found.FilterModule()


@cache
def internal(role: str, path: str) -> Mapping[str, Any]:
    """The role's internal variables that a template reads."""
    read = meta.find_undeclared_variables(environment().parse(source(role, path)))
    known = yaml.safe_load((ROLES / role / "vars/main.yml").read_text(encoding="utf-8")) or {}
    return {name: known[name] for name in sorted(read & {*known})}


def source(role: str, path: str) -> str:
    """The template of the file at a path of the host."""
    return (ROLES / role / "templates" / f"{path}.j2").read_text(encoding="utf-8")


def prints_arguments(role: str, path: str) -> bool:
    """Whether the text of a template depends on any argument of its role."""
    read = meta.find_undeclared_variables(environment().parse(source(role, path)))
    inner = (str(value) for value in internal(role, path).values())
    return any(name.startswith(f"{role}_") for name in read) or any("{{" in value for value in inner)


@cache
def _template(role: str, path: str) -> jinja2.Template:
    return environment().from_string(source(role, path))


@cache
def defaults(role: str) -> Mapping[str, Any]:
    """What the role's optional arguments are where nobody sets them."""
    return yaml.safe_load((ROLES / role / "defaults/main.yml").read_text(encoding="utf-8")) or {}


def text_of(role: str, path: str, arguments: Mapping[str, Any]) -> str:
    """The file at a path of the host, as the role writes it."""
    given = {**defaults(role), **arguments}
    inner = {name: _inner(value, given) for name, value in internal(role, path).items()}
    return _template(role, path).render(given, ansible_managed=MANAGED, **inner)


def _inner(value: Any, given: Mapping[str, Any]) -> Any:
    is_template = isinstance(value, str) and "{{" in value
    return environment().from_string(value).render(given) if is_template else value
