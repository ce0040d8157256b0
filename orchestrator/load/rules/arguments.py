"""Role arguments: set once for each host, for groups that exist, never a secret in clear."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.model.source import Source
from orchestrator.model.town import RoleArgument

_SECRET_KEY = re.compile(
    r"(?i)(?:^|_)(?:pass(?:word|wd|phrase|code)?|secret|token|api_?key|private_?key|pin)$"
)


def judge(draft: Draft, problems: Problems) -> None:
    """Judge every argument that people set."""
    by_name: dict[str, list[RoleArgument]] = defaultdict(list)
    for argument in draft.role_arguments:
        by_name[argument.name].append(argument)
        for key in _clear(argument.name, argument.value):
            _note_secret(key, argument.source, problems)
    _groups(draft, problems)
    for same in by_name.values():
        for first, second in combinations(sorted(same, key=lambda argument: argument.source), 2):
            _overlap(first, second, draft, problems)


def _clear(key: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _clear(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _clear(key, inner)
    elif isinstance(value, str) and value and _SECRET_KEY.search(key):
        yield key


def _note_secret(key: str, source: Source, problems: Problems) -> None:
    problems.add(
        source,
        "TH-SECRET-CLEAR",
        "(not shown)",
        f"{key} looks like a secret in clear",
        "write {ref: name} with a name of secret_names.yml, and replace the secret: it was seen",
    )


def _groups(draft: Draft, problems: Problems) -> None:
    seen: set[str] = set()
    for argument in sorted(draft.role_arguments, key=lambda argument: argument.source):
        group = argument.group
        if group != "all" and not draft.knows("groups", group) and argument.source.file not in seen:
            seen.add(argument.source.file)
            known = draft.written["groups"]
            source = Source(argument.source.file, 1)
            problems.unknown(source, "TH-GROUP-UNKNOWN", group, "group in hosts/", known)


def _overlap(first: RoleArgument, second: RoleArgument, draft: Draft, problems: Problems) -> None:
    groups = {first.group, second.group} - {"all"}
    shared = [host for host, of in draft.host_groups.items() if groups <= set(of)]
    if shared:
        problems.add(
            second.source,
            "TH-ARGUMENT-TWICE",
            second.name,
            f"{min(shared)} is in {first.group} ({first.source}) and {second.group}: which one counts?",
            "set it in one of the two groups",
        )
