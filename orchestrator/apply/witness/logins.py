"""Runs on a machine behind machine.py: says who can log in and how, changes nothing."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from orchestrator.apply.witness.machine import KINDS, Found, Names, content, ran, short

NO_SHELLS = ("nologin", "false", "sync", "shutdown", "halt")
POWERFUL = ("root", "sudo", "adm", "wheel", "shadow", "disk", "docker", "lxd", "townhall-admins")
DOOR = frozenset(
    {
        "allowgroups", "allowusers", "authorizedkeyscommand", "authorizedkeysfile", "denygroups", "denyusers",
        "gatewayports", "gssapiauthentication", "hostbasedauthentication", "ignorerhosts",
        "kbdinteractiveauthentication", "listenaddress", "passwordauthentication", "permitemptypasswords",
        "permitrootlogin", "permituserenvironment", "port", "pubkeyauthentication", "strictmodes",
        "trustedusercakeys", "usepam", "x11forwarding",
    }
)  # fmt: skip


def table(root: str, name: str) -> list[list[str]]:
    """The rows of a colon-separated file."""
    text = (content(root + name) or b"").decode(errors="replace")
    return [line.split(":") for line in text.splitlines() if line and not line.startswith("#")]


def people_of(root: str) -> Iterator[list[str]]:
    """Rows of accounts that can log in or are as powerful as root."""
    for row in table(root, "/etc/passwd"):
        if len(row) > 6:
            shell = row[6].rsplit("/", 1)[-1]
            if row[2] == "0" or 1000 <= int(row[2]) < 65534 or (shell not in NO_SHELLS and row[6]):
                yield row


def password_of(row: list[str]) -> str:
    """Whether an account has a password; of the password itself only a digest of its digest."""
    secret = row[1] if len(row) > 1 else "*"
    if not secret:
        return "empty"
    return "none" if secret[0] in "!*" else "set " + short(secret.encode())[:8]


def accounts(root: str, names: Names) -> Found:
    """Local accounts that can log in, and who is in groups with power."""
    shadow = {row[0]: row for row in table(root, "/etc/shadow")}
    groups = table(root, "/etc/group")
    users = {
        row[0]: {
            "uid": row[2],
            "shell": row[6],
            "home": row[5],
            "password": password_of(shadow.get(row[0], [])),
        }
        for row in people_of(root)
    }
    powerful = {
        row[0]: sorted(filter(None, row[3].split(",")))
        for row in groups
        if row[0] in POWERFUL and len(row) > 3
    }
    for name in names:
        yield ["accounts", name, {"users": users, "groups": powerful}]


def keys(root: str, names: Names) -> Found:
    """The public keys that open each account, by fingerprint."""
    found: dict[str, Any] = {}
    for row in people_of(root):
        for file in ("authorized_keys", "authorized_keys2"):
            text = (content(root + row[5] + "/.ssh/" + file) or b"").decode(errors="replace")
            for line in filter(None, map(str.strip, text.splitlines())):
                if not line.startswith("#"):
                    found.setdefault(row[0], {}).update([fingerprint(line)])
    for name in names:
        yield ["keys", name, found]


def fingerprint(line: str) -> tuple[str, str]:
    """Fingerprint and comment of one line; options before the key belong to the words."""
    match = re.search(r"(?:^|\s)((?:ssh|ecdsa|sk)-\S+|sk-\S+)\s+([A-Za-z0-9+/=]+)\s*(.*)$", line)
    if not match:
        return short(line.encode()), "a line that is no key"
    try:
        digest = short(b64decode(match[2]))
    except ValueError:
        digest = short(match[2].encode())
    return digest + (" " + line[: match.start(1)].strip()).rstrip(), match[3]


def door(root: str, names: Names) -> Found:
    """What the SSH server's configuration amounts to."""
    output, status = ran("sshd", "-T")
    found: dict[str, Any] = {}
    for line in output.splitlines() if status == 0 else ():
        key, _, value = line.partition(" ")
        if key in DOOR:
            found[key] = (found[key] + ", " if key in found else "") + value
    for name in names:
        yield ["door", name, found if status == 0 else None]


KINDS.update({"accounts": accounts, "door": door, "keys": keys})
