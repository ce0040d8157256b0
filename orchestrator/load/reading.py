"""Texts -> draft: each file is scanned, parsed and held against its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from orchestrator.load import argument_files, common_files, host_files, secret_files
from orchestrator.load.argument_files import Specs
from orchestrator.load.bound import bounded
from orchestrator.load.document import read
from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.scan import scan
from orchestrator.load.schema.files import FILES
from orchestrator.load.tree import Table
from orchestrator.model.source import Source

COMMON = re.compile(r"group_vars/all/([a-z_]+)\.yml")
HOSTS = re.compile(r"hosts/[a-z0-9_]+\.yml")
ARGUMENTS = re.compile(r"group_vars/[a-z][a-z0-9_]*/[a-z][a-z0-9_]*\.yml")
SECRETS = re.compile(r"group_vars/all/secrets_tier([0-2])\.yml")
PLUGIN = "townhall.yml"


def read_draft(
    files: Mapping[str, str], specs: Specs | None, problems: Problems, today: date | None = None
) -> Draft:
    """Everything that the files say, with the problems of single files and values noted.

    Raises Refused where that takes far more memory or time than files of their size may.
    """
    with bounded(files):
        return _draft(files, specs, problems, today)


def _draft(files: Mapping[str, str], specs: Specs | None, problems: Problems, today: date | None) -> Draft:
    draft = Draft(today=today)
    tables: dict[str, Table] = {}
    for file in sorted(files):
        if not expected(file):
            problems.add(Source(file, 1), "TH-FILE-UNEXPECTED", file, *unexpected(file))
        elif scan(file, files[file], problems):
            table = read(file, files[file], problems, vault=bool(SECRETS.fullmatch(file)))
            if table is not None:
                tables[file] = table
    _missing(files, problems)
    for file in sorted(tables, key=_order):
        _take(file, tables[file], specs, draft, problems)
    hosts = [file for file in files if HOSTS.fullmatch(file)]
    draft.complete = draft.complete and bool(hosts) and all(file in tables for file in hosts)
    if draft.complete:
        draft.written["hosts"] = frozenset(draft.hosts)
        draft.written["groups"] = frozenset(draft.groups.lines)
    return draft


def expected(path: str) -> bool:
    """Whether a file of this name belongs into an inventory."""
    return path == PLUGIN or bool(HOSTS.fullmatch(path) or ARGUMENTS.fullmatch(path))


def unexpected(path: str) -> tuple[str, str]:
    """Reason and remedy for a file that does not belong there."""
    if path.split("/", maxsplit=1)[0] == "host_vars":
        return (
            "host_vars are not used: a host is its line",
            "write role arguments into group_vars/<group>/<role>.yml",
        )
    return (
        "this does not belong into an inventory, and Ansible might run it",
        "keep only townhall.yml, hosts/*.yml, group_vars/all/*.yml and group_vars/<group>/<role>.yml",
    )


def _order(file: str) -> tuple[bool, bool, str]:
    common = COMMON.fullmatch(file)
    return not (common and common[1] in FILES), not HOSTS.fullmatch(file), file


def _take(file: str, table: Table, specs: Specs | None, draft: Draft, problems: Problems) -> None:
    common, tier = COMMON.fullmatch(file), SECRETS.fullmatch(file)
    if common and common[1] in FILES:
        common_files.take(common[1], table, draft, problems)
    elif tier:
        secret_files.judge(file, table, int(tier[1]), draft, problems)
    elif HOSTS.fullmatch(file):
        host_files.take(file, table, draft, problems)
    elif file == PLUGIN:
        _plugin(table, problems)
    elif ARGUMENTS.fullmatch(file):
        argument_files.take(file, table, specs, draft, problems)


def _plugin(table: Table, problems: Problems) -> None:
    if dict(table) != {"plugin": "townhall"}:
        problems.add(
            Source(PLUGIN, 1),
            "TH-PLUGIN",
            ", ".join(f"{key}: {value}" for key, value in table.items()),
            "this file only names the inventory plugin",
            "let it hold the one line `plugin: townhall`",
        )


def _missing(files: Mapping[str, str], problems: Problems) -> None:
    wanted = [PLUGIN, *(f"group_vars/all/{name}.yml" for name in FILES)]
    for file in wanted:
        if file not in files:
            problems.add(
                Source(file, 1),
                "TH-FILE-MISSING",
                file,
                "an inventory needs this file",
                f"write it; inventories/lab/{file} is an example",
            )
    if not any(HOSTS.fullmatch(file) for file in files):
        problems.add(
            Source("hosts", 1),
            "TH-FILE-MISSING",
            "hosts/*.yml",
            "an inventory needs hosts",
            "write hosts/workstations.yml; inventories/lab/hosts/workstations.yml is an example",
        )
