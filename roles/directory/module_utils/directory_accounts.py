"""Brings organisational units, users and computers of the directory to the wanted state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ansible.module_utils.directory_changes import STATE, Directory, is_ours, text

with suppress(ImportError):
    from samba.credentials import Credentials
    from samba.dsdb import UF_ACCOUNTDISABLE, UF_NORMAL_ACCOUNT, UF_WORKSTATION_TRUST_ACCOUNT

Wanted = Mapping[str, object]


@dataclass(frozen=True)
class Form:
    """What one object should be: its name in words, its DN, and attributes kept always or given once."""

    words: str
    dn: object
    wanted: Wanted
    at_birth: Wanted


LEFT, PREPARED = "left", "prepared"
STRONG_ENCRYPTION = "24"
USER_ATTRIBUTES = {
    "displayName": "display_name",
    "givenName": "given_name",
    "sn": "surname",
    "title": "post",
    "department": "department",
}


def reconcile_units(directory: Directory, units: Sequence[Wanted]) -> None:
    """Make the units that are missing, parents first, and describe them."""
    found = {
        str(unit.dn).casefold(): unit
        for unit in directory.search("(objectClass=organizationalUnit)", ["description"])
    }
    for unit in units:
        dn = directory.dn("OU", str(unit["name"]), str(unit["parent"]))
        words = f"unit {unit['name']} in {unit['parent'] or 'the domain'}"
        form = Form(words, dn, {"description": unit["description"]}, {"objectClass": "organizationalUnit"})
        write_object(directory, found.get(str(dn).casefold()), form)


def reconcile_users(directory: Directory, domain: str, users: Sequence[Wanted]) -> None:
    """Make, move, describe, disable and enable the accounts of people."""
    attributes = [*USER_ATTRIBUTES, "sAMAccountName", "userAccountControl"]
    found = accounts_of(directory, "(&(objectCategory=person)(objectClass=user))", attributes)
    for user in users:
        account = str(user["account"])
        wanted = {name: user[key] for name, key in USER_ATTRIBUTES.items()}
        existing = found.pop(account.casefold(), None)
        if existing is None and not user["enabled"]:
            continue
        dn = directory.dn("CN", account, str(user["ou"]))
        at_birth = {
            "objectClass": "user",
            "sAMAccountName": account,
            "userPrincipalName": f"{account}@{domain}",
            "userAccountControl": str(UF_NORMAL_ACCOUNT),
            "unicodePwd": _password(user["initial_password"]),
        }
        accepted = write_object(directory, existing, Form(f"user {account}", dn, wanted, at_birth))
        if accepted and existing is not None:
            _enabled(directory, f"user {account}", existing, dn, bool(user["enabled"]))
    for existing in found.values():
        if is_ours(existing):
            _enabled(directory, f"user {text(existing, 'sAMAccountName')}", existing, existing.dn, False)


def reconcile_computers(
    directory: Directory, realm: str, computers: Sequence[Wanted], rejoin: Sequence[str]
) -> None:
    """Prepare accounts for machines; a joined one keeps its password unless it is named to join again."""
    attributes = ["sAMAccountName", "dNSHostName", "servicePrincipalName", "userAccountControl",
                  "pwdLastSet", "unicodePwd", "msDS-SupportedEncryptionTypes"]  # fmt: skip
    found = accounts_of(directory, "(objectCategory=computer)", attributes)
    for computer in computers:
        name, fqdn = str(computer["name"]), str(computer["dns_name"])
        existing = found.pop(f"{name}$".casefold(), None)
        dn = directory.dn("CN", name, str(computer["ou"]))
        services = [f"{kind}/{host}" for kind in ("HOST", "RestrictedKrbHost") for host in (name, fqdn)]
        at_birth = {
            "objectClass": "computer",
            "sAMAccountName": f"{name}$",
            "userAccountControl": str(UF_WORKSTATION_TRUST_ACCOUNT),
            "userPrincipalName": f"host/{fqdn}@{realm}",
            "servicePrincipalName": services,
            "msDS-SupportedEncryptionTypes": STRONG_ENCRYPTION,
            "unicodePwd": _password(computer["join_password"]),
        }
        if not write_object(
            directory, existing, Form(f"computer {name}", dn, {"dNSHostName": fqdn}, at_birth)
        ):
            continue
        if existing is not None:
            _enabled(directory, f"computer {name}", existing, dn, True)
        if existing is None or _awaits(existing, str(computer["join_password"]), name in rejoin):
            _prepare(directory, name, dn, str(computer["join_password"]), existing is None)
    for existing in found.values():
        if is_ours(existing):
            name = text(existing, "sAMAccountName").rstrip("$")
            _enabled(directory, f"computer {name}", existing, existing.dn, False)


def accounts_of(directory: Directory, expression: str, attributes: Sequence[str]) -> dict[str, object]:
    """Every account that fits, read at once, by its name in lower case."""
    return {text(one, "sAMAccountName").casefold(): one for one in directory.search(expression, attributes)}


def write_object(directory: Directory, existing: object, form: Form) -> bool:
    """Make, move and describe one object; False if it is there but not Townhall's."""
    words, dn = form.words, form.dn
    if existing is None:
        directory.add(dn, {**form.at_birth, **form.wanted}, f"{words}: made")
        return True
    if not is_ours(existing):
        directory.refusals.append(f"{words} exists as {existing.dn} and was not made by Townhall")
        return False
    if str(existing.dn).casefold() != str(dn).casefold():
        directory.move(existing.dn, dn, f"{words}: moved from {existing.dn.parent()} to {dn.parent()}")
    differing = {name: value for name, value in form.wanted.items() if text(existing, name) != value}
    if differing:
        said = ", ".join(f"{name} '{text(existing, name)}' -> '{value}'" for name, value in differing.items())
        directory.replace(dn, differing, f"{words}: {said}")
    return True


def _enabled(directory: Directory, words: str, existing: object, dn: object, wanted: bool) -> None:
    """Disable the account of who left, and enable it again when it was disabled for that reason alone."""
    control = int(text(existing, "userAccountControl"))
    disabled = bool(control & UF_ACCOUNTDISABLE)
    if not wanted and not disabled:
        change = {"userAccountControl": str(control | UF_ACCOUNTDISABLE), STATE: LEFT}
        directory.replace(dn, change, f"{words}: disabled, no longer wanted")
    elif wanted and disabled and text(existing, STATE) == LEFT:
        change = {"userAccountControl": str(control & ~UF_ACCOUNTDISABLE), STATE: ""}
        directory.replace(dn, change, f"{words}: enabled again")


def _awaits(existing: object, password: str, rejoin: bool) -> bool:
    """Tell whether the join password must be set: a machine that joined has changed it itself since."""
    right = Credentials()
    right.set_password(password)
    if bytes(existing["unicodePwd"][0]) == right.get_nt_hash():
        return False
    return rejoin or text(existing, STATE) == f"{PREPARED} {text(existing, 'pwdLastSet')}"


def _prepare(directory: Directory, name: str, dn: object, password: str, is_new: bool) -> None:
    """Set the join password where it is not yet, and remember the moment: a later one is the machine's."""
    if not is_new:
        words = f"computer {name}: prepared to join with its join password"
        directory.replace(dn, {"unicodePwd": _password(password)}, words)
    if not directory.check:
        moment = text(directory.db.search(dn, 0, attrs=["pwdLastSet"])[0], "pwdLastSet")
        directory.replace(dn, {STATE: f"{PREPARED} {moment}"}, "")
        directory.changes.pop()


def _password(password: object) -> bytes:
    return f'"{password}"'.encode("utf-16-le")
