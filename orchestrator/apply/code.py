"""Digests of the code that can change what a role does, read from the project's files."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from orchestrator.model.plan import CodeDigests
from orchestrator.model.rendering import Catalogue
from orchestrator.plan.keys import digest
from orchestrator.reach import PROJECT

_COLLECTION = re.compile(r"\b([a-z_0-9]+)\.([a-z_0-9]+)\.[a-z_0-9]+\b")
_OURS = re.compile(r"^ *(?:from|import) (orchestrator(?:\.\w+)*)\b", re.MULTILINE)
_WORD = re.compile(r"\w+")
_SECRETS = "orchestrator/secret_values.py"
_SKIPPED = frozenset({"__pycache__", "README.md", "README.rst"})


def code_digests(catalogue: Catalogue, project: Path = PROJECT) -> CodeDigests:
    """Digest every role of the catalogue with the filters, plugins and collections that it uses."""
    roles = sorted({role for play in catalogue.plays for role in play.roles})
    shared = _SharedCode(project)
    facts = _facts(roles, project)
    return CodeDigests(
        roles={role: _role_digest(project / "roles" / role, shared) for role in roles},
        plays={play.position: play for play in catalogue.plays},
        platform=_platform(project),
        not_units=_run_nowhere(facts),
        after=_naming("after", facts),
        installs_after=_naming("installs_after", facts),
        availability=_saying("availability", facts),
        kerberos=_saying("kerberos", facts),
        sets_clock=_saying("sets_clock", facts),
        reverts={role: _window(role, project) for role in sorted(_saying("reverts", facts))},
    )


def _naming(word: str, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {role: tuple(said[word]) for role, said in facts.items() if word in said}


def _saying(word: str, facts: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(role for role, said in facts.items() if said.get(word, False))


def _window(role: str, project: Path) -> int:
    """The seconds within which a role's change has to be confirmed, where nobody asks for others."""
    return int(_read(project / "roles" / role / "defaults/main.yml")[f"{role}_confirm_seconds"])


def _platform(project: Path) -> str:
    return f"ansible-core {metadata.version('ansible-core')}, secrets {_file_digest(project / _SECRETS)}"


def handler_names(role: str, project: Path = PROJECT) -> tuple[str, ...]:
    """Return the names of a role's handlers."""
    path = project / "roles" / role / "handlers" / "main.yml"
    return tuple(handler["name"] for handler in _read(path) or ())


def restarting_handlers(role: str, project: Path = PROJECT) -> tuple[str, ...]:
    """Return the names of a role's handlers that stop something for a moment."""
    path = project / "roles" / role / "handlers" / "main.yml"
    return tuple(
        handler["name"]
        for handler in _read(path) or ()
        if any(isinstance(part, dict) and part.get("state") == "restarted" for part in handler.values())
    )


def not_units(roles: Iterable[str], project: Path = PROJECT) -> frozenset[str]:
    """Return those of the roles that run nowhere."""
    return _run_nowhere(_facts(roles, project))


def _run_nowhere(facts: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(role for role, said in facts.items() if not said.get("unit", True))


def _facts(roles: Iterable[str], project: Path) -> dict[str, dict[str, Any]]:
    """What each role says of itself in meta/townhall.yml."""
    return {role: dict(_read(project / "roles" / role / "meta/townhall.yml") or {}) for role in roles}


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if path.exists() else None


def _role_digest(role: Path, shared: _SharedCode) -> str:
    files = {path: path.read_bytes() for path in sorted(role.rglob("*")) if _is_code(path)}
    text = "\n".join(content.decode(errors="replace") for content in files.values())
    own = (f"{path.relative_to(role)} {_hash(content)}" for path, content in files.items())
    return digest("\n".join((*own, *shared.used_by(text))))


def _is_code(path: Path) -> bool:
    return not _SKIPPED & set(path.parts) and path.is_file()


class _SharedCode:
    """What lies outside of the roles and is used by some of them."""

    def __init__(self, project: Path) -> None:
        plugins = [
            *sorted((project / "filter_plugins").glob("*.py")),
            *sorted((project / "orchestrator" / "ansible_plugins" / "action").glob("*.py")),
        ]
        self._lines = [
            (_names_of(plugin), f"{plugin.name} {_with_imports(plugin, project)}") for plugin in plugins
        ]

    def used_by(self, text: str) -> Iterable[str]:
        """Yield a line for each filter, action and collection that a role's text names."""
        words = set(_WORD.findall(text))
        yield from (line for names, line in self._lines if not words.isdisjoint(names))
        for namespace, name in sorted(set(_COLLECTION.findall(text))):
            version = _collection_version(namespace, name)
            if version:
                yield f"{namespace}.{name} {version}"


def _with_imports(plugin: Path, project: Path) -> str:
    """Digest a plugin with the modules of ours that it imports, and all that those import."""
    return digest(
        "\n".join(f"{path.name} {_file_digest(path)}" for path in sorted(_imports(plugin, project)))
    )


@cache
def _names_of(plugin: Path) -> tuple[str, ...]:
    """Return what roles call: the file's name for an action, the keys of its dictionaries for filters."""
    if plugin.parent.name == "action":
        return (plugin.stem,)
    keys = (
        node.keys
        for node in ast.walk(ast.parse(plugin.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
    )
    return tuple(
        key.value
        for group in keys
        for key in group
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


def _imports(path: Path, project: Path, known: frozenset[Path] = frozenset()) -> frozenset[Path]:
    found = known | {path}
    for name in _OURS.findall(path.read_text(encoding="utf-8")):
        file = _module_file(name, project)
        if file and file not in found:
            found = _imports(file, project, found)
    return found


def _module_file(name: str, project: Path) -> Path | None:
    path = project.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _file_digest(path: Path) -> str:
    return _hash(path.read_bytes())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def _collection_version(namespace: str, name: str) -> str:
    """Return the installed version of a collection, or nothing for words that only look like one."""
    if (namespace, name) == ("ansible", "builtin"):
        return ""
    manifest = metadata.distribution("ansible").locate_file(
        f"ansible_collections/{namespace}/{name}/MANIFEST.json"
    )
    path = Path(str(manifest))
    return (
        str(json.loads(path.read_text(encoding="utf-8"))["collection_info"]["version"])
        if path.exists()
        else ""
    )
