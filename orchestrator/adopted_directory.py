"""Take a change by hand in the domain over into people.yml: a person's post, the members of a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orchestrator.derive.directory import groups
from orchestrator.model.drift import Adoption, Difference
from orchestrator.model.town import DirectoryGroup, Town

TITLE, MEMBER, ACCOUNT = "title", "member", "sAMAccountName"
Objects = Mapping[str, Mapping[str, Any]]


def of_directory(town: Town, one: Difference) -> Adoption | None:
    """What one difference of the domain says of a line, or nothing."""
    for dn, now in one.now.items():
        name = _account(now)
        if one.words.startswith(f"{dn}: {TITLE} "):
            return _post(town, one, name, now.get(TITLE))
        if one.words.startswith(f"{dn}: {MEMBER} ") and name in town.directory_groups:
            return _members(town, one, town.directory_groups[name], (one.before or {}).get(dn, {}), now)
    return None


def _account(entry: Mapping[str, Any]) -> str:
    return str(entry.get(ACCOUNT, "")).lower()


def _post(town: Town, one: Difference, name: str, post: object) -> Adoption | None:
    person = town.people.get(name)
    if person and post and post != person.post:
        return Adoption(one, person.source.file, ("people", name, "post"), post, 1)
    return None


def _members(
    town: Town, one: Difference, group: DirectoryGroup, before: Mapping[str, Any], now: Mapping[str, Any]
) -> Adoption | None:
    """The people of a group, where only people of the town came or went, and no whole department."""
    known, strange = _people(town, now, one.now)
    if strange != _people(town, before, one.before or one.now)[1]:
        return None
    people = [name for name in group.people if name in known or town.people[name].left]
    brought = _derived(town, replace(group, people=()))
    people += sorted(known - brought - set(people))
    if people == list(group.people) or _derived(town, replace(group, people=tuple(people))) != known:
        return None
    return Adoption(one, group.source.file, ("directory_groups", group.name, "people"), people, 1)


def _people(town: Town, entry: Mapping[str, Any], objects: Objects) -> tuple[set[str], set[str]]:
    """The members that are people of the town by account, and all others by name."""
    named = {dn: _account(objects.get(dn, {})) for dn in entry.get(MEMBER) or ()}
    known = {name for name in named.values() if name in town.people}
    return known, {dn for dn, name in named.items() if name not in town.people}


def _derived(town: Town, group: DirectoryGroup) -> set[str]:
    changed = replace(town, directory_groups={group.name: group})
    return {member for found in groups(changed) if found.name == group.name for member in found.members}
