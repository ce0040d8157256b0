"""Names in the directory: none that Windows or the directory keeps for itself, and none twice."""

from __future__ import annotations

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.reserved import ACCOUNT_WORDS, DEVICES
from orchestrator.load.rules.once import once
from orchestrator.model.names import COMPUTERS, GROUPS, department_group
from orchestrator.model.source import Source

_UNITS = DEVICES | {COMPUTERS.lower(), GROUPS.lower()}
_RESERVED = "Windows and the directory keep this name for themselves"
_REMEDY = "give it a name of its own: the directory sees no difference in capitals"


class _Name(str):
    """A name as the directory compares it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self.lower() == str(other).lower()

    def __hash__(self) -> int:
        return hash(self.lower())


_Use = tuple[_Name, Source, str]


def judge(draft: Draft, problems: Problems) -> None:
    """Judge the names of departments, of groups and of the directory itself."""
    departments, groups = draft.departments.values(), draft.directory_groups.values()
    for department in departments:
        if department.key.lower() in _UNITS:
            remedy = f"write such as {department.key}-office"
            problems.add(department.source, "TH-DIRECTORY-RESERVED", department.key, _RESERVED, remedy)
    for group in groups:
        if group.name.lower() in ACCOUNT_WORDS:
            remedy = f"write such as town-{group.name.lower()}"
            problems.add(group.source, "TH-DIRECTORY-RESERVED", group.name, _RESERVED, remedy)
    units = [(_Name(one.key), one.source, f"department {one.key}") for one in departments]
    _once(units, problems)
    made = {department_group(use[0].lower()): use[1:] for use in reversed(_in_order(units))}
    named = [(_Name(one.name), one.source, f"group {one.name}") for one in groups]
    _once([*((_Name(name), *use) for name, use in made.items()), *named], problems)
    _machines(draft, problems)


def _in_order(uses: list[_Use]) -> list[_Use]:
    return sorted(uses, key=lambda use: use[1])


def _once(uses: list[_Use], problems: Problems) -> None:
    once(_in_order(uses), "TH-DIRECTORY-TWICE", "name", _REMEDY, problems)


def _machines(draft: Draft, problems: Problems) -> None:
    identity = draft.identity
    line = draft.hosts.get(identity.netbios.lower()) if identity else None
    if identity and line:
        reason = f"the directory itself has this NetBIOS name ({identity.source})"
        problems.add(line.source, "TH-HOST-NETBIOS", line.name, reason, f"write such as {line.name[:13]}-1")
