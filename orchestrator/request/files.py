"""Sorts the files of a request: the town's data, roles, code that plans, runs or guards, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from orchestrator.model.request import BASE, HEAD, FileChange, FilesChanged, Line, Lines, joined
from orchestrator.model.source import Source
from orchestrator.request.lines import changed_lines

PLAIN = "100644"
ABSENT = "000000"
_CODE: Mapping[str, str] = {
    "orchestrator": "Townhall itself",
    "filter_plugins": "filters that run on the control node",
    "playbooks": "the catalogue and its plays",
    "ansible.cfg": "settings of Ansible",
    "requirements": "locked packages",
    "requirements.yml": "collections",
    "pyproject.toml": "the packages and the checks of the code",
    "Makefile": "commands that people and CI run",
    ".ci": "what CI runs",
    ".github": "what CI runs",
    ".gitlab-ci.yml": "what CI runs",
    ".gitlab": "what CI runs",
    ".forgejo": "what CI runs",
    ".gitea": "what CI runs",
    ".pre-commit-config.yaml": "what runs at each commit",
    ".gitattributes": "how git treats files",
    ".gitmodules": "other repositories",
}
_ON_CONTROL_NODE = frozenset({"module_utils", "library", "collections"})
_PROSE = frozenset({".md", ".yml", ".json", ".svg", ".png", ".txt"})
_PROVING = frozenset({"tests", "molecule"})
_UNKNOWN = "a file of no known kind"


@dataclass(frozen=True, slots=True, order=True)
class Differing:
    """A file that differs: its modes as git writes them, and its texts as far as they are short and text."""

    path: str
    old_mode: str
    new_mode: str
    old: str = ""
    new: str = ""


def sorted_files(differing: Iterable[Differing], town: str) -> FilesChanged:
    """Everything but the town's own data, by what it is; a file of no known kind counts as code."""
    roles: dict[str, list[FileChange]] = {}
    code: list[FileChange] = []
    other: list[FileChange] = []
    for one in sorted(differing):
        if one.path.startswith(f"{town}/"):
            continue
        change, why = _change(one), _code(one)
        role = _role(one.path)
        if role:
            roles.setdefault(role, []).append(change)
        if why:
            code.append(replace(change, why=why))
        elif not role:
            other.append(change)
    return FilesChanged({role: tuple(found) for role, found in roles.items()}, tuple(code), tuple(other))


def lines_of(files: FilesChanged) -> Lines:
    """The first line of each file that differs, each once."""
    of_roles = (one for found in files.roles.values() for one in found)
    return joined((one.line,) for one in (*of_roles, *files.code, *files.other))


def _role(path: str) -> str:
    """The role whose effect the file bears on; its page for people does not."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "roles" and parts[2] != "README.md" else ""


def _code(one: Differing) -> str:
    """Why a file is code that runs on the control node, in CI or at a desk; empty if it is not."""
    parts = PurePosixPath(one.path).parts
    top = parts[0]
    if not {one.old_mode, one.new_mode} <= {PLAIN, ABSENT} and top not in _PROVING | {"roles"}:
        return _CODE.get(top, "a program, a link or another repository")
    if any(part in _ON_CONTROL_NODE or part.endswith("_plugins") for part in parts[:-1]):
        return _CODE.get(top, "modules and plugins of Ansible")
    if top == "roles" or top in _PROVING:
        return ""
    if top == "inventories":
        return "" if len(parts) > 2 and one.path.endswith(".yml") else _UNKNOWN
    if top == "docs" or len(parts) == 1:
        return (
            "" if PurePosixPath(one.path).suffix in _PROSE and top not in _CODE else _CODE.get(top, _UNKNOWN)
        )
    return _CODE.get(top, _UNKNOWN)


def _change(one: Differing) -> FileChange:
    gone, come = changed_lines(one.old, one.new)
    side = HEAD if come or one.new_mode != ABSENT else BASE
    first = min(come, default=1) if side == HEAD else min(gone, default=1)
    return FileChange(one.path, len(come), len(gone), Line(side, Source(one.path, first)))
