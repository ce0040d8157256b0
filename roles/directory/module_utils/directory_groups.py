"""Brings groups of the directory and their membership to the wanted state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from ansible.module_utils.directory_accounts import Form, Wanted, accounts_of, write_object
from ansible.module_utils.directory_changes import Directory, is_ours

with suppress(ImportError):
    from samba.dsdb import GTYPE_SECURITY_GLOBAL_GROUP


class People:
    """The accounts that may be members: names by DN for those of Townhall, DNs by name for all."""

    def __init__(self, directory: Directory) -> None:
        expression = "(&(objectCategory=person)(objectClass=user))"
        found = accounts_of(directory, expression, ["sAMAccountName"])
        self.ours = {str(one.dn).casefold(): name for name, one in found.items() if is_ours(one)}
        self.dns = {name: str(one.dn) for name, one in found.items()}

    def names(self, members: Iterable[str]) -> set[str]:
        """The names of those members that are Townhall's."""
        return {self.ours[member.casefold()] for member in members if member.casefold() in self.ours}

    def foreign(self, members: Iterable[str]) -> list[str]:
        """The members that Townhall did not make; they stay."""
        return [member for member in members if member.casefold() not in self.ours]


def reconcile_groups(directory: Directory, groups: Sequence[Wanted]) -> None:
    """Make groups and keep their members; a group that is no longer wanted is emptied, its name stays."""
    people = People(directory)
    found = accounts_of(directory, "(objectCategory=group)", ["sAMAccountName", "description", "member"])
    for group in groups:
        name = str(group["name"])
        existing = found.pop(name.casefold(), None)
        at_birth = {
            "objectClass": "group",
            "sAMAccountName": name,
            "groupType": str(GTYPE_SECURITY_GLOBAL_GROUP),
        }
        dn = directory.dn("CN", name, str(group["ou"]))
        form = Form(f"group {name}", dn, {"description": group["description"]}, at_birth)
        if write_object(directory, existing, form):
            _keep_members(directory, form, existing, people, group["members"])
    for name, existing in found.items():
        if is_ours(existing):
            _keep_members(directory, Form(f"group {name}", existing.dn, {}, {}), existing, people, [])


def _keep_members(
    directory: Directory, form: Form, existing: object, people: People, members: Iterable[str]
) -> None:
    current = [str(member) for member in existing["member"]] if existing and "member" in existing else []
    wanted, here = {member.casefold() for member in members}, people.names(current)
    said = [*(f"+{name}" for name in sorted(wanted - here)), *(f"-{name}" for name in sorted(here - wanted))]
    if said:
        dns = [*people.foreign(current), *(people.dns.get(name, name) for name in sorted(wanted))]
        directory.replace(form.dn, {"member": dns}, f"{form.words}: members {' '.join(said)}")
