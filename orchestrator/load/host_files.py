"""hosts/*.yml: groups and one line per host. Written by hand because a town has thousands of lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestrator.load import values
from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.problems import BadError, Problems
from orchestrator.load.reserved import ANSIBLE_WORDS, note_reserved
from orchestrator.load.tree import Table
from orchestrator.model.names import SWITCH_PLATFORMS
from orchestrator.model.source import Source

PLATFORMS = ("debian13", *sorted(SWITCH_PLATFORMS))


def _platform(text: str) -> str:
    if text not in PLATFORMS:
        raise BadError(
            "TH-PLATFORM", "not a platform that Townhall runs", f"write one of {', '.join(PLATFORMS)}"
        )
    return text


PARSERS: dict[str, Callable[[str], Any]] = {
    "mac": values.mac,
    "address": values.address,
    "platform": _platform,
    "socket": values.socket,
    "person": values.account,
    "department": values.key,
    "asset_serial": values.asset_serial,
    "description": values.title,
}
KEYS = tuple(PARSERS)
_REQUIRED = ("mac", "platform")


def take(file: str, table: Table, draft: Draft, problems: Problems) -> None:
    """Put the groups and hosts of one file into the draft."""
    for name, body in table.items():
        _Groups(file, draft, problems).group(name, body, table.lines[name], None)


class _Groups:
    def __init__(self, file: str, draft: Draft, problems: Problems) -> None:
        self.file, self.draft, self.problems = file, draft, problems

    def group(self, name: str, body: Any, line: int, parent: str | None) -> None:
        """Take a group with its hosts and child groups."""
        groups, source = self.draft.groups, Source(self.file, line)
        try:
            if name in ("all", "ungrouped"):
                raise BadError(
                    "TH-GROUP-NAME", "Ansible has this group already", "begin with the groups themselves"
                )
            values.group(name)
        except BadError as bad:
            self.problems.add_bad(source, name, bad)
            self.draft.complete = False
            return
        groups.lines.setdefault(name, source)
        if parent is not None:
            groups.children.setdefault(parent, set()).add(name)
        for key, inner in self.table(body, name, source).items():
            at = body.lines[key]
            if key == "hosts":
                self.hosts(name, self.table(inner, "hosts", Source(self.file, at)))
            elif key == "children":
                for child, below in self.table(inner, "children", Source(self.file, at)).items():
                    self.group(child, below, inner.lines[child], name)
            else:
                self.foreign(key, Source(self.file, at))

    def table(self, body: Any, name: str, source: Source) -> Table:
        """A mapping, or an empty one for nothing."""
        if isinstance(body, Table):
            return body
        if body is not None:
            self.problems.add(
                source, "TH-TYPE", body, f"{name} must be a mapping", "indent its entries below it"
            )
        return Table(source.line)

    def foreign(self, key: str, source: Source) -> None:
        """Refuse what else Ansible would take in a group."""
        if key == "vars":
            reason = "variables do not stand in hosts files"
            remedy = "move role arguments to group_vars/<group>/<role>.yml"
            self.problems.add(source, "TH-HOSTS-VARS", key, reason, remedy)
        else:
            known = ["hosts", "children"]
            self.problems.unknown(source, "TH-KEY-UNKNOWN", key, "key of a group; they are fixed", known)

    def hosts(self, group: str, table: Table) -> None:
        """Take the hosts written directly in a group."""
        draft, members = self.draft, self.draft.groups.hosts.setdefault(group, set())
        for name, entry in table.items():
            source = Source(self.file, table.lines[name])
            if not entry and isinstance(entry, Table | None):
                self.mention(name, group, source)
                continue
            earlier = draft.hosts.get(name)
            if earlier is not None:
                self.twice(name, source, earlier.source)
                continue
            members.add(name)
            line = self.host(name, entry, group, source)
            if line is not None:
                draft.hosts[name] = line

    def mention(self, name: str, group: str, source: Source) -> None:
        """A host without keys only joins the group; its line stands elsewhere."""
        self.draft.groups.hosts.setdefault(group, set()).add(name)
        self.draft.mentions.setdefault(name, source)

    def twice(self, name: str, source: Source, first: Source) -> None:
        """Refuse a second line of one host."""
        self.problems.add(
            source,
            "TH-HOST-TWICE",
            name,
            f"a host of this name stands in {first} already",
            f"give this machine another name, or write `{name}:` alone to put it into a further group",
        )

    def host(self, name: str, entry: Any, group: str, source: Source) -> HostLine | None:
        """One host's line, every value checked by itself."""
        try:
            values.host_name(name)
        except BadError as bad:
            self.problems.add_bad(source, name, bad)
        if not isinstance(entry, Table):
            self.problems.add(
                source,
                "TH-TYPE",
                entry,
                f"{name} must be a mapping",
                'write {mac: "...", platform: debian13, ...}',
            )
            return None
        whole = all(line == source.line for line in entry.lines.values())
        if not whole:
            self.problems.add(
                source,
                "TH-HOST-LINES",
                name,
                "a host is one line",
                "put all its keys between { and } on one line",
            )
        line = HostLine(name, group, source, whole=whole)
        broken = self.fill(line, entry, source)
        for key in _REQUIRED:
            if key not in entry:
                reason = f"{name} has no {key}"
                self.problems.add(source, "TH-KEY-MISSING", key, reason, f"add `{key}: ...` to the line")
        line.broken = frozenset(broken)
        return line

    def fill(self, line: HostLine, entry: Table, source: Source) -> list[str]:
        """Parse each key into the line; returns the keys that are wrong."""
        broken = []
        for key, value in entry.items():
            parse = PARSERS.get(key)
            if parse is None:
                self.unknown(key, source)
            elif type(value) is not str:
                broken.append(key)
                reason = f"{key} must be text"
                self.problems.add(source, "TH-TYPE", value, reason, f'write {key}: "..." in quotes')
            else:
                try:
                    setattr(line, key, parse(value))
                except BadError as bad:
                    broken.append(key)
                    self.problems.add_bad(source, value, bad)
        return broken

    def unknown(self, key: str, source: Source) -> None:
        """Refuse a key that a line does not have, and say why if Ansible would act on it."""
        if key.startswith("ansible_"):
            reason = "connection and other settings of Ansible do not stand in lines"
            remedy = "remove it; how hosts are reached stands in group_vars/all/connection.yml"
            self.problems.add(source, "TH-KEY-ANSIBLE", key, reason, remedy)
        elif key in ANSIBLE_WORDS:
            remedy = "write asset_serial" if key == "serial" else f"write one of {', '.join(KEYS)}"
            note_reserved(source, key, remedy, self.problems)
        else:
            self.problems.unknown(source, "TH-KEY-UNKNOWN", key, "key of a host's line; they are fixed", KEYS)
