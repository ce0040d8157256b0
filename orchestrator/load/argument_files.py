"""group_vars/<group>/<role>.yml: role arguments that cannot be derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.reserved import ANSIBLE_WORDS, note_reserved
from orchestrator.load.tree import Table
from orchestrator.model.source import Source
from orchestrator.model.town import RoleArgument

Specs = Mapping[str, frozenset[str] | None]
"""The declared arguments of each role; None where a role declares nothing yet."""


def take(file: str, table: Table, specs: Specs | None, draft: Draft, problems: Problems) -> None:
    """Put the arguments of one file into the draft."""
    _, group, name = file.split("/")
    role = name.removesuffix(".yml")
    if specs is not None and role not in specs:
        what = "role; files of group_vars are named after roles"
        problems.unknown(Source(file, 1), "TH-ROLE-UNKNOWN", role, what, specs)
        return
    declared = specs.get(role) if specs is not None else None
    for key, value in table.items():
        source = Source(file, table.lines[key])
        if _fits(key, role, declared, source, problems):
            _references(value, file, draft, problems)
            draft.role_arguments.append(RoleArgument(group, key, plain(value), source))


def _fits(key: str, role: str, declared: frozenset[str] | None, source: Source, problems: Problems) -> bool:
    if key.startswith("ansible_"):
        reason = "settings of Ansible are not role arguments"
        remedy = "remove it; how hosts are reached stands in group_vars/all/connection.yml"
        problems.add(source, "TH-KEY-ANSIBLE", key, reason, remedy)
    elif key in ANSIBLE_WORDS:
        note_reserved(
            source, key, f"give the role an argument of another name, such as {role}_of_town", problems
        )
    elif not key.startswith(f"{role}_"):
        reason = f"an argument in this file begins with {role}_"
        problems.add(
            source, "TH-ARGUMENT-PREFIX", key, reason, f"write {role}_{key}, or move it to its role's file"
        )
    elif declared is not None and key not in declared:
        what = f"argument in roles/{role}/meta/argument_specs.yml"
        problems.unknown(source, "TH-ARGUMENT-UNKNOWN", key, what, declared)
    else:
        return True
    return False


def plain(value: Any) -> Any:
    """The value as plain dictionaries and lists."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _references(value: Any, file: str, draft: Draft, problems: Problems) -> None:
    if isinstance(value, Table):
        if set(value) == {"ref"} and not draft.knows("secrets", str(value["ref"])):
            source = Source(file, value.lines["ref"])
            known = draft.written["secrets"]
            what = "secret in secret_names.yml"
            problems.unknown(source, "TH-SECRET-UNKNOWN", str(value["ref"]), what, known)
        for inner in value.values():
            _references(inner, file, draft, problems)
    elif isinstance(value, list):
        for inner in value:
            _references(inner, file, draft, problems)
