"""Runs on a machine, with nothing but its own Python: says what is there, changes nothing.

`testify` takes {"root": folder, "watch": [[kind, name, hint], ...]}; a hint is a digest or version that is
known already, or None where no text may leave the machine. It gives {"machine": id, "seen": [[kind, name,
value], ...]}. The texts of this folder's modules are sent one behind the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from grp import getgrgid
from pwd import getpwuid
from typing import Any

Names = dict[str, Any]
Found = Iterable[list[Any]]
STEADY = {"activating": "active", "reloading": "active", "deactivating": "inactive"}
LONGEST_TEXT, LARGEST_FILE, DEEPEST = 32768, 1 << 24, 3


def testify(asked: dict[str, Any]) -> dict[str, Any]:
    """Look at everything that is asked and say what is there; kinds of one command are asked together."""
    root = asked["root"].rstrip("/")
    by_kind: dict[str, Names] = {}
    for kind, name, hint in asked["watch"]:
        by_kind.setdefault(kind, {})[name] = hint
    seen: list[list[Any]] = []
    for kind, names in sorted(by_kind.items()):
        seen += KINDS[kind](root, names)
    identity = content(root + "/etc/machine-id") or b""
    return {"machine": identity.decode().strip(), "seen": seen}


def short(data: bytes) -> str:
    """The first 128 bits of SHA-256, as the ledger names its texts."""
    return hashlib.sha256(data).hexdigest()[:32]


def content(path: str) -> bytes | None:
    """A file's bytes, or None."""
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_FILE)
    except OSError:
        return None


def ran(*words: str) -> tuple[str, int]:
    """Output and status of a command; a program that is not there says nothing with status 127."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    path = "/usr/local/sbin:/usr/sbin:/sbin"
    environment["PATH"] = environment.get("PATH", "/usr/bin:/bin") + ":" + path
    try:
        done = subprocess.run(
            words, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
    except OSError:
        return "", 127
    return done.stdout.decode(errors="replace"), done.returncode


def owner_of(status: os.stat_result) -> tuple[str, str]:
    """Owner and group by name."""
    try:
        user = getpwuid(status.st_uid).pw_name
    except KeyError:
        user = str(status.st_uid)
    try:
        group = getgrgid(status.st_gid).gr_name
    except KeyError:
        group = str(status.st_gid)
    return user, group


def look(path: str) -> tuple[dict[str, Any], bytes | None]:
    """What stands at a path, and its bytes if it is a file."""
    try:
        status = os.lstat(path)
    except OSError:
        return {"type": "absent"}, None
    if stat.S_ISLNK(status.st_mode):
        return {"type": "link", "target": os.readlink(path)}, None
    user, group = owner_of(status)
    found = {"mode": format(stat.S_IMODE(status.st_mode), "04o"), "owner": user, "group": group}
    if stat.S_ISDIR(status.st_mode):
        return {"type": "directory", **found}, None
    if not stat.S_ISREG(status.st_mode):
        return {"type": "special", **found}, None
    data = content(path) or b""
    return {"type": "file", "digest": short(data), **found}, data


def with_text(value: dict[str, Any], data: bytes | None, hint: str | None) -> dict[str, Any]:
    """Add a text that is not known yet and may be told."""
    if (
        hint is not None
        and value.get("digest") not in (None, hint)
        and data is not None
        and len(data) <= LONGEST_TEXT
    ):
        with suppress(UnicodeDecodeError):
            value["text"] = data.decode()
    return value


def files(root: str, names: Names) -> Found:
    """Files, folders and links themselves."""
    for name, hint in names.items():
        value, data = look(root + name)
        yield ["file", name, with_text(value, data, hint)]


def folders(root: str, names: Names) -> Found:
    """Everything below a folder, by relative path."""
    for name in names:
        top = root + name
        found: dict[str, Any] = {}
        for folder, inner, leaves in os.walk(top):
            below = os.path.relpath(folder, top)
            if below.count("/") + 1 >= DEEPEST:
                inner[:] = []
            for leaf in sorted(inner + leaves):
                value, _ = look(os.path.join(folder, leaf))
                found[os.path.normpath(os.path.join(below, leaf))] = value
        yield ["folder", name, found if os.path.isdir(top) else None]


def units(root: str, names: Names) -> Found:
    """Units of systemd: whether they run, start with the host, and from which files."""
    wanted = "LoadState,ActiveState,UnitFileState,FragmentPath,DropInPaths"
    output, _ = ran("systemctl", "show", "--property", wanted, "--", *names)
    for name, block in zip(names, output.strip("\n").split("\n\n"), strict=False):
        said = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        state, dropins = said.get("ActiveState", ""), said.get("DropInPaths", "").split()
        value = {
            "load": said.get("LoadState", ""),
            "active": {"activating": "active", "reloading": "active", "deactivating": "inactive"}.get(
                state, state
            ),
            "enabled": said.get("UnitFileState", ""),
            "fragment": said.get("FragmentPath", ""),
            "dropins": {path: short(content(root + path) or b"") for path in dropins},
        }
        yield ["unit", name, value]


def packages(root: str, names: Names) -> Found:
    """Debian packages; a version that differs from the one known is compared with it."""
    form = "${Package}\t${db:Status-Want}\t${db:Status-Status}\t${Version}\n"
    output, _ = ran("dpkg-query", "--show", "--showformat", form, "--", *names)
    found = {line.split("\t")[0]: line.split("\t")[1:] for line in output.splitlines()}
    for name, hint in names.items():
        want, state, version = found.get(name, ("", "absent", ""))
        state = state if state == "installed" else "absent"
        older = bool(hint and state == "installed" and version != hint and is_older(version, hint))
        yield ["package", name, {"state": state, "held": want == "hold", "version": version, "older": older}]


def is_older(version: str, known: str) -> bool:
    """Whether a version comes before another one."""
    return ran("dpkg", "--compare-versions", version, "lt", known)[1] == 0


def outputs(kind: str, *words: str) -> Callable[[str, Names], Found]:
    """A kind whose names are the last words of a command, and whose value is the command's text."""

    def look_at(root: str, names: Names) -> Found:
        for name, hint in names.items():
            output, status = ran(*words, *name.split())
            value = {"digest": short(output.encode())} if status == 0 else {"digest": ""}
            yield [kind, name, with_text(value, output.encode(), hint)]

    return look_at


def kernel(root: str, names: Names) -> Found:
    """Settings of the kernel by name."""
    for name in names:
        value = content(root + "/proc/sys/" + name.replace(".", "/"))
        yield ["kernel", name, None if value is None else " ".join(value.decode().split())]


def kernel_files(root: str, names: Names) -> Found:
    """The settings that a file of sysctl.d names, as they are in force."""
    found: dict[str, Any] = {}
    for name in names:
        text = (content(root + name) or b"").decode(errors="replace")
        found.update(dict.fromkeys(re.findall(r"^\s*-?([a-z][\w./*-]*)\s*=", text, re.MULTILINE)))
    yield from kernel(root, {name: None for name in found if "*" not in name})


def sockets(root: str, names: Names) -> Found:
    """Ports that others can reach, with the program behind; those that are chosen by chance are left out."""
    found: dict[str, Any] = {}
    for line in ran("ss", "-H", "-l", "-n", "-t", "-u", "-p")[0].splitlines():
        words = line.split()
        address, _, port = words[4].rpartition(":")
        loops = address.startswith(("127.", "[::1]")) or address.endswith("%lo")
        if not loops and port.isdigit() and int(port) < 32768 and port not in ("68", "546"):
            program = re.search(r'\(\("([^"]+)"', line)
            found[words[0] + "/" + port] = program[1] if program else ""
    for name in names:
        yield ["sockets", name, found]


def hostname(root: str, names: Names) -> Found:
    """The running host name."""
    for name in names:
        known = content(root + "/proc/sys/kernel/hostname")
        yield ["hostname", name, known.decode().strip() if known else os.uname().nodename]


def addresses(root: str, names: Names) -> Found:
    """IPv4 addresses by interface, and the way out."""
    links = json.loads(ran("ip", "-json", "-4", "address", "show", "scope", "global")[0] or "[]")
    ways = json.loads(ran("ip", "-json", "-4", "route", "show", "default")[0] or "[]")
    found = {
        link["ifname"]: ", ".join(sorted(f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"]))
        for link in links
        if link.get("addr_info")
    }
    if ways:
        found["the way out"] = ", ".join(way.get("gateway", way.get("dev", "")) for way in ways)
    for name in names:
        yield ["addresses", name, found]


KINDS: dict[str, Callable[[str, Names], Found]] = {
    "addresses": addresses,
    "file": files,
    "folder": folders,
    "hostname": hostname,
    "kernel": kernel,
    "kernel_file": kernel_files,
    "nft": outputs("nft", "nft", "--stateless", "list", "table"),
    "nft_tables": outputs("nft_tables", "nft", "list"),
    "package": packages,
    "sockets": sockets,
    "unit": units,
}
