"""Whose machine it is: a workstation serves one person or one department, and nobody is forgotten."""

from __future__ import annotations

from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.problems import Problems
from orchestrator.load.rules.once import once
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.town import Person


def judge(draft: Draft, problems: Problems) -> None:
    """Judge each line's owner, then each person's machine."""
    machines = [line for line in draft.hosts.values() if draft.in_group(line.name, WORKSTATIONS)]
    for line in draft.hosts.values():
        if not draft.in_group(line.name, WORKSTATIONS):
            _not_a_workstation(line, draft, problems)
        else:
            _workstation(line, draft, problems)
    uses = [(line.person, line.source, line.name) for line in machines if line.person]
    remedy = "write whose machine this is; a second or shared machine has `department:` instead of `person:`"
    once(uses, "TH-PERSON-TWO-PCS", "person", remedy, problems)
    if draft.complete:
        served = {line.person: line for line in machines if line.person}
        doubtful = any(problem.place.startswith("hosts/") for problem in problems.found)
        for person in draft.people.values():
            _person(person, served.get(person.account), doubtful, problems)


def _not_a_workstation(line: HostLine, draft: Draft, problems: Problems) -> None:
    owner = line.person or line.department
    if owner is not None and line.name in draft.host_groups:
        problems.add(
            line.source,
            "TH-OWNER-GROUP",
            owner,
            "only workstations have a person or department",
            "remove it, or put the host into the group workstations",
        )


def _workstation(line: HostLine, draft: Draft, problems: Problems) -> None:
    if line.person and line.department:
        reason = "a workstation has a person or a department, not both: the person's department is known"
        problems.add(
            line.source, "TH-OWNER-BOTH", line.department, reason, f"remove department: {line.department}"
        )
    elif not (line.person or line.department or line.broken & {"person", "department"}):
        reason = "a workstation needs a person, or the department that shares it"
        problems.add(
            line.source,
            "TH-OWNER-MISSING",
            line.name,
            reason,
            "add `person: m.petrovic` or `department: ...`",
        )
    if line.person and not draft.knows("people", line.person):
        known = draft.written["people"]
        problems.unknown(line.source, "TH-PERSON-UNKNOWN", line.person, "person in people.yml", known)
    if line.department and not draft.knows("departments", line.department):
        known = draft.written["departments"]
        problems.unknown(
            line.source, "TH-DEPARTMENT-UNKNOWN", line.department, "department in people.yml", known
        )
    if line.socket is None and "socket" not in line.broken:
        reason = f"{line.name} has no socket, so that its switch port and network are unknown"
        problems.add(line.source, "TH-KEY-MISSING", "socket", reason, 'add `socket: "A-103-2"`')


def _person(person: Person, line: HostLine | None, doubtful: bool, problems: Problems) -> None:
    """Judge one person; while lines are doubtful, one of them may be theirs."""
    if line is not None and person.left:
        reason = f"the person has left, but {line.name} ({line.source}) is still theirs"
        remedy = f"give {line.name} to another person, or remove its line"
        problems.add(person.source, "TH-PERSON-LEFT", person.account, reason, remedy)
    elif line is not None and person.without_pc is not None:
        reason = f"marked as without a PC, but has {line.name} ({line.source})"
        problems.add(
            person.source, "TH-PERSON-HAS-PC", person.account, reason, "remove without_pc from this line"
        )
    elif line is None and not (person.left or doubtful) and person.without_pc is None:
        problems.add(
            person.source,
            "TH-PERSON-NO-PC",
            person.account,
            "has neither a PC nor a word why not",
            'run `townhall onboard`, or add `without_pc: "works in the field"`',
        )
