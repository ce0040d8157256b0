"""Words for files, folders, services, packages, rules and settings that were changed by hand."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from orchestrator.drift.said import Said, Value, changed_entries, changed_lines, plain
from orchestrator.model.drift import Concern, Spot

Texts = Mapping[str, str]


def file(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """A file, link or folder: there or not, its text, then who may do what with it."""
    name = plain(spot.name)
    if before["type"] != now["type"]:
        yield _other_type(name, before, now)
        return
    if before.get("target") != now.get("target"):
        yield Said(f"{name} points to {plain(now['target'])} instead of {before['target']}")
    if before.get("digest") != now.get("digest"):
        yield _other_text(name, before, now, texts)
    if before.get("mode") != now.get("mode"):
        opened = Concern.OPENING if int(now["mode"], 8) & 0o002 & ~int(before["mode"], 8) else None
        words = f"{name} has mode {now['mode']} instead of {before['mode']}"
        words += ": everyone can write it" if opened else ""
        yield Said(words, remedy=f"chmod {before['mode']} {name}", concern=opened)
    owners = [f"{value.get('owner')}:{value.get('group')}" for value in (before, now)]
    if owners[0] != owners[1]:
        yield Said(
            f"{name} belongs to {owners[1]} instead of {owners[0]}", remedy=f"chown {owners[0]} {name}"
        )


def _other_type(name: str, before: Value, now: Value) -> Said:
    if now["type"] == "absent":
        return Said(f"{name} is gone")
    if before["type"] == "absent":
        lines = tuple(f"+ {plain(line)}" for line in now.get("text", "").splitlines()[:4])
        return Said(f"{name} is there and should not be", lines, remedy=f"rm {name}")
    return Said(f"{name} is a {now['type']} instead of a {before['type']}")


def _other_text(name: str, before: Value, now: Value, texts: Texts) -> Said:
    known, text = texts.get(before.get("digest", "")), now.get("text")
    if known is None or text is None:
        return Said(f"the content of {name} was changed; it may hold secrets or is no text, and is not shown")
    return Said(f"the text of {name} was changed", changed_lines(known, text))


def folder(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """What appeared in a folder, went from it, or is another."""
    del texts
    for name, earlier, present in changed_entries(before or {}, now or {}):
        path = posixpath.join(spot.name, plain(name))
        if earlier is None:
            kind = present["type"] + (f" to {plain(present['target'])}" if "target" in present else "")
            yield Said(f"{path} appeared: a {kind}", remedy=f"rm {path}", stranger=True, path=path)
        elif present is None:
            yield Said(f"{path} is gone", remedy=f"put {path} back", path=path)
        else:
            yield Said(
                f"{path} is another {present['type']} than before", remedy=f"put {path} back", path=path
            )


def unit(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Whether a service runs, starts with the host, and from which files."""
    del texts
    name = spot.name
    if now["load"] != before["load"]:
        yield Said(f"{name} is {now['load'] or 'not known'} instead of {before['load']}")
    elif now["enabled"] != before["enabled"]:
        off = now["enabled"] not in {"enabled", "static", "alias"}
        words = "does not start with the host any more" if off else "starts with the host again"
        yield Said(f"{name} {words}: {now['enabled'] or 'unknown'} instead of {before['enabled']}")
    if now["active"] != before["active"]:
        stopped = "is stopped" if now["active"] == "inactive" else f"is {now['active']}"
        yield Said(f"{name} {stopped}" if before["active"] == "active" else f"{name} runs and should not")
    if now["fragment"] != before["fragment"] and now["load"] == before["load"]:
        remedy = f"rm {now['fragment']} && systemctl daemon-reload"
        yield Said(
            f"{name} is read from {plain(now['fragment'])} instead of {before['fragment']}",
            remedy=remedy,
            stranger=True,
        )
    for path, earlier, present in changed_entries(before["dropins"], now["dropins"]):
        state = "is new" if earlier is None else "is gone" if present is None else "was changed"
        remedy = f"rm {plain(path)} && systemctl daemon-reload" if earlier is None else ""
        yield Said(
            f"{name}: the addition {plain(path)} {state}", remedy=remedy, stranger=earlier is None, path=path
        )


def package(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Whether a package is there, held back, or older; a newer version is the work of updates."""
    del texts
    if now["state"] != before["state"]:
        yield Said(f"the package {spot.name} is {now['state']} instead of {before['state']}")
    elif now["older"]:
        words = f"the package {spot.name} is at {now['version']}, older than {before['version']}"
        yield Said(words, remedy=f"apt-get install --only-upgrade {spot.name}", stranger=True)
    if now["held"] != before["held"]:
        words = "is held back: updates pass it by" if now["held"] else "is not held back any more"
        hold = "unhold" if now["held"] else "hold"
        yield Said(f"the package {spot.name} {words}", remedy=f"apt-mark {hold} {spot.name}", stranger=True)


def rules(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """The firewall's rules in force."""
    what = "the tables of rules" if spot.name == "tables" else f"the rules in table {spot.name}"
    if not now["digest"]:
        yield Said(f"{what} are gone: nothing is dropped any more")
    elif before["digest"] != now["digest"]:
        lines = changed_lines(texts.get(before["digest"], ""), now.get("text", ""))
        yield Said(
            f"{what} were changed", lines, remedy="nft delete table, for a table that is not the town's"
        )


def kernel(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """A setting of the kernel in force."""
    del texts
    yield Said(
        f"the kernel's {spot.name} is {now} instead of {before}", remedy=f"sysctl -w {spot.name}='{before}'"
    )


def hostname(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """The running host name."""
    del spot, texts
    yield Said(f"the host calls itself {plain(now)} instead of {before}", remedy=f"hostname {before}")


def sockets(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Ports that are open and were not; one that is closed shows as a service that is stopped."""
    del spot, texts
    for port in sorted(set(now) - set(before)):
        program = plain(now[port]) or "a program"
        yield Said(
            f"{program} listens on {port}",
            remedy=f"ss -lntup shows who listens on {port}; stop it",
            stranger=True,
        )


def addresses(spot: Spot, before: Value, now: Value, texts: Texts) -> Iterator[Said]:
    """Addresses of interfaces and the way out."""
    del spot, texts
    for name, earlier, present in changed_entries(before, now):
        words = f"{name}: {plain(present or 'no address')} instead of {earlier or 'none'}"
        yield Said(words, remedy="networkctl reload && networkctl reconfigure " + name)
