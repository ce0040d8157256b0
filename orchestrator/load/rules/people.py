"""People, their log-on names and the groups they are in."""

from __future__ import annotations

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.model.source import Source
from orchestrator.model.town import Person
from orchestrator.model.transliteration import CYRILLIC_NAME, accounts, fits, to_cyrillic


def judge(draft: Draft, problems: Problems) -> None:
    """Judge each person and each group of the directory."""
    for person in draft.people.values():
        _department(person.department, person.source, draft, problems)
        _name(person, problems)
    for group in draft.directory_groups.values():
        for department in group.departments:
            _department(department, group.source, draft, problems)
        for account in group.people:
            if not draft.knows("people", account):
                known = draft.written["people"]
                problems.unknown(group.source, "TH-PERSON-UNKNOWN", account, "person in people.yml", known)


def _department(key: str, source: Source, draft: Draft, problems: Problems) -> None:
    if not draft.knows("departments", key):
        known = draft.written["departments"]
        problems.unknown(source, "TH-DEPARTMENT-UNKNOWN", key, "department in people.yml", known)


def _name(person: Person, problems: Problems) -> None:
    if not CYRILLIC_NAME.fullmatch(person.name):
        problems.add(
            person.source,
            "TH-NAME-SCRIPT",
            person.name,
            "given name and surname in Serbian Cyrillic, each with a capital, no letter of another script",
            f"write {to_cyrillic(person.name)}",
        )
    elif not fits(person.account, person.name):
        usual = accounts(person.name)[0]
        problems.add(
            person.source,
            "TH-ACCOUNT-NAME",
            person.account,
            f"not the log-on name of {person.name}",
            f"write {usual}, or {usual}2 for a namesake",
        )
