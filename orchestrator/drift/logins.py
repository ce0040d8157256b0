"""Words for accounts, keys, the SSH server's door and the domain's objects that were changed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.drift.said import Said, Value, changed_entries, plain
from orchestrator.drift.things import Texts
from orchestrator.model.drift import Concern, Spot

_DISABLED = 2
_POWERFUL = (
    "CN=Account Operators,",
    "CN=Administrators,",
    "CN=Backup Operators,",
    "CN=DnsAdmins,",
    "CN=Domain Admins,",
    "CN=Enterprise Admins,",
    "CN=Group Policy Creator Owners,",
    "CN=Schema Admins,",
    "CN=Server Operators,",
)


def accounts(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Local accounts and groups with power."""
    del spot, texts
    for name, earlier, present in changed_entries(before["users"], now["users"]):
        yield _account(plain(name), earlier, present)
    for group, earlier, present in changed_entries(before["groups"], now["groups"]):
        for member in sorted(set(present or ()) - set(earlier or ())):
            remedy = f"gpasswd --delete {plain(member)} {group}"
            words = f"{plain(member)} is in the group {group} now"
            yield Said(words, remedy=remedy, stranger=True, concern=Concern.OPENING)
        for member in sorted(set(earlier or ()) - set(present or ())):
            yield Said(
                f"{member} is not in the group {group} any more", remedy=f"gpasswd --add {member} {group}"
            )


def _account(name: str, earlier: Value, present: Value) -> Said:
    if present is None:
        return Said(f"the account {name} is gone or cannot log in any more", remedy=f"bring {name} back")
    if earlier is None:
        power = " with all power of root" if present["uid"] == "0" else ""
        concern = Concern.OPENING if power else None
        return Said(
            f"there is a new account {name}{power}", remedy=f"userdel {name}", stranger=True, concern=concern
        )
    parts = [f"{what} {plain(now)} instead of {was}" for what, was, now in _secretless(earlier, present)]
    return Said(
        f"the account {name} has {', '.join(parts)}", remedy=f"put {name} right with usermod", stranger=True
    )


def _secretless(earlier: Value, present: Value) -> Iterator[tuple[str, str, str]]:
    for what, was, now in changed_entries(earlier, present):
        if what != "password":
            yield what, was, now
        elif was[:3] == now[:3] == "set":
            yield "password", "the earlier one", "another"
        else:
            yield "password", *(value.split()[0] for value in (was, now))


def keys(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Public keys that open an account."""
    del spot, texts
    for account in sorted({*before, *now}):
        earlier, present = before.get(account, {}), now.get(account, {})
        place = f"~{plain(account)}/.ssh/authorized_keys"
        for key in sorted(set(present) - set(earlier)):
            words = f"a new key opens {plain(account)}: {plain(present[key]) or 'without a name'}"
            yield Said(words, remedy=f"remove its line from {place}", stranger=True)
        for key in sorted(set(earlier) - set(present)):
            words = (
                f"a key does not open {plain(account)} any more: {plain(earlier[key]) or 'without a name'}"
            )
            yield Said(words, remedy=f"put its line back into {place}")


def door(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """What the SSH server's files amount to."""
    del spot, texts
    if now is None or before is None:
        yield Said("the SSH server does not accept its configuration", remedy="sshd -t says why")
    for name, earlier, present in changed_entries(before or {}, now or {}) if now and before else ():
        remedy = "look through /etc/ssh/sshd_config and sshd_config.d, then systemctl reload ssh"
        yield Said(f"the SSH server's {name} is {plain(present)} instead of {earlier}", remedy=remedy)


def directory(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Objects of the domain: new ones, gone ones, and attributes that differ."""
    del spot, texts
    for dn, earlier, present in changed_entries(before, now):
        opening = (
            Concern.OPENING
            if dn.startswith((*_POWERFUL, "DC=")) and "dnsRecord" not in str(present)
            else None
        )
        if earlier is None:
            remedy = "take it out of the domain with samba-tool"
            yield Said(f"{plain(dn)} is new in the domain", remedy=remedy, stranger=True, concern=opening)
        elif present is None:
            yield Said(f"{dn} is gone from the domain")
        else:
            for name, was, is_now in changed_entries(earlier, present):
                yield Said(f"{dn}: {_attribute(name, was, is_now)}", concern=opening)


def _attribute(name: str, was: Value, now: Value) -> str:
    if isinstance(was, list) or isinstance(now, list):
        earlier, present = set(was or ()), set(now or ())
        signs = [f"+{plain(one)}" for one in sorted(present - earlier)]
        return f"{name} {' '.join([*signs, *(f'-{one}' for one in sorted(earlier - present))])}"
    if name == "userAccountControl" and (int(was or 0) ^ int(now or 0)) == _DISABLED:
        return "disabled" if int(now or 0) & _DISABLED else "enabled"
    return f"{name} {plain('missing' if now is None else now)} instead of {'none' if was is None else was}"
