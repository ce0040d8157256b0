"""Reads a role as data: its declared interface, and every name and keyword that its files use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, TemplateSyntaxError, meta, nodes

REPOSITORY = Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (REPOSITORY / "roles").iterdir() if (path / "tasks").is_dir())
EXPRESSION_KEYS = {"when", "changed_when", "failed_when", "until", "that", "var"}
CODE_FOLDERS = ("tasks", "handlers", "defaults", "vars")
PARTS = ("block", "rescue", "always", "pre_tasks", "tasks", "post_tasks", "handlers")


class _Any(dict[str, object]):
    """Knows every filter and test: which ones Ansible has is not asked here."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __missing__(self, _name: str) -> object:
        return str

    def get(self, _name: str, _default: object = None) -> object:  # type: ignore[override]
        return str


_JINJA = Environment(extensions=["jinja2.ext.do"])  # noqa: S701 - nothing is rendered
_JINJA.filters = _JINJA.tests = _Any()


class _Loader(yaml.SafeLoader):
    """Reads Ansible's own tags as plain values."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


@dataclass(frozen=True)
class Use:
    """A name or keyword in a file of a role."""

    place: str
    name: str


def read(path: Path) -> object:
    """The YAML file as plain values; an absent file is None."""
    return yaml.load(path.read_text(), _Loader) if path.exists() else None  # noqa: S506 - a SafeLoader


def declared(role: Path) -> dict[str, dict[str, object]]:
    """The arguments of the role by name, from meta/argument_specs.yml."""
    specs = read(role / "meta" / "argument_specs.yml")
    assert isinstance(specs, dict), f"{role.name} has no meta/argument_specs.yml"
    return dict(specs["argument_specs"]["main"].get("options") or {})


def yaml_files(role: Path) -> Iterator[Path]:
    """Every YAML file that Ansible executes or loads."""
    for folder in CODE_FOLDERS:
        yield from sorted((role / folder).rglob("*.yml"))


def tasks_of(document: object) -> Iterator[dict[str, object]]:
    """Every task of a task file or playbook, blocks and plays opened, each of them before what is in it."""
    for task in document if isinstance(document, list) else []:
        if isinstance(task, dict):
            yield task
            for part in PARTS:
                yield from tasks_of(task.get(part))


def expressions(value: object, key: str = "") -> Iterator[str]:
    """Every Jinja source in a YAML value; bare expressions are wrapped in braces."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from expressions(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner, key)
    elif isinstance(value, str) and key in EXPRESSION_KEYS and "{{" not in value:
        yield "{{ " + value + " }}"
    elif isinstance(value, str) and ("{{" in value or "{%" in value):
        yield value


def names_in(source: str) -> set[str]:
    """Free variables, called names and filters (as `|filter`) of a Jinja source."""
    try:
        tree = _JINJA.parse(source)
    except TemplateSyntaxError as error:
        raise AssertionError(f"not Jinja: {source!r}: {error}") from error
    filters = {"|" + node.name for node in tree.find_all(nodes.Filter)}
    return meta.find_undeclared_variables(tree) | filters


def uses(role: Path) -> Iterator[Use]:
    """Every name that the role reads, with its file."""
    for path in yaml_files(role):
        for source in expressions(read(path)):
            for name in sorted(names_in(source)):
                yield Use(str(path.relative_to(REPOSITORY)), name)
    for path in sorted((role / "templates").rglob("*")):
        if path.is_file():
            for name in sorted(names_in(path.read_text())):
                yield Use(str(path.relative_to(REPOSITORY)), name)
