"""Adds one machine by editing the text: its line, complete, at the end of the workstations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from orchestrator.errors import UsageError
from orchestrator.load.document import read
from orchestrator.load.draft import Draft, HostLine
from orchestrator.load.edit import indent_of, set_value, with_line_after, without_key
from orchestrator.load.free_address import Addresses, fitting_network
from orchestrator.load.host_files import PARSERS
from orchestrator.load.problems import BadError, Problems
from orchestrator.load.reading import read_draft
from orchestrator.load.rules import judge
from orchestrator.load.tree import Table
from orchestrator.load.values import host_name
from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.source import Source

FILE = "hosts/workstations.yml"
PEOPLE = "group_vars/all/people.yml"


@dataclass(frozen=True, slots=True)
class Machine:
    """What a technician knows of a new machine; None is left out of the line."""

    name: str
    mac: str
    address: str | None = None
    socket: str | None = None
    person: str | None = None
    department: str | None = None
    platform: str = "debian13"
    asset_serial: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Onboarded:
    """The edited files, where the line stands, the line, and whether anything changed."""

    files: dict[str, str]
    source: Source
    line: str
    changed: bool
    mark_removed: Source | None


def onboard(files: Mapping[str, str], machine: Machine) -> Onboarded:
    """Add the machine's line, or find that it stands there already.

    Raises Refused if a line of this name says something else. The result still has to be loaded.
    """
    _judge(machine)
    known = read_draft(files, None, Problems()).hosts.get(machine.name)
    if known is not None:
        _same_or_refused(known, machine)
        words = files[known.source.file].split("\n")[known.source.line - 1]
        return Onboarded(dict(files), known.source, words.strip(), False, None)
    number, indent = _place(files.get(FILE, ""))
    edited = dict(files) | {FILE: with_line_after(files[FILE], number, " " * indent + written(machine))}
    source, removed = Source(FILE, number + 1), None
    draft = read_draft(edited, None, Problems())
    judge(draft, Problems())
    if machine.address is None:
        _add_address(edited, source, machine.name, draft)
    person = draft.people.get(machine.person or "")
    if person is not None and person.without_pc is not None:
        removed = person.source
        edited[PEOPLE] = without_key(edited[PEOPLE], removed.line, "without_pc")
    line = edited[FILE].split("\n")[number].strip()
    return Onboarded(edited, source, line, True, removed)


def written(machine: Machine) -> str:
    """The machine's line as it stands in a file."""
    quoted = ("mac", "socket", "asset_serial", "description")
    parts = [
        f'{field.name}: "{value}"' if field.name in quoted else f"{field.name}: {value}"
        for field in fields(machine)[1:]
        if (value := getattr(machine, field.name)) is not None
    ]
    return f"{machine.name}: {{{', '.join(parts)}}}"


def _judge(machine: Machine) -> None:
    """Refuse a value that could not stand in a line, before it is written into one."""
    problems = Problems()
    for field in fields(machine):
        value = getattr(machine, field.name)
        try:
            if value is not None:
                {"name": host_name, **PARSERS}[field.name](value)
        except BadError as bad:
            problems.add_bad(f"--{field.name.replace('_', '-')}", value, bad)
    problems.refuse()


def _same_or_refused(known: HostLine, machine: Machine) -> None:
    differing = [
        f"{field.name} {getattr(known, field.name)}, not {value}"
        for field in fields(machine)
        if (value := getattr(machine, field.name)) is not None
        and str(getattr(known, field.name)) != str(value)
    ]
    if differing:
        problems = Problems()
        problems.add(
            known.source,
            "TH-ONBOARD-DIFFERENT",
            machine.name,
            f"this machine's line says {'; '.join(differing)}",
            "choose another name, or edit the line and run `townhall check --fix`",
        )
        problems.refuse()


def _place(text: str) -> tuple[int, int]:
    """The line after which the new one comes, and its indent."""
    top = read(FILE, text, Problems()) or Table(1)
    group = top.get(WORKSTATIONS)
    if isinstance(group, Table) and "hosts" in group:
        hosts = group["hosts"]
        if isinstance(hosts, Table) and hosts:
            last = max(hosts.lines.values())
            return last, indent_of(text, last)
        if hosts is None:
            return group.lines["hosts"], indent_of(text, group.lines["hosts"]) + 2
    raise UsageError(
        f"{FILE} has no list of hosts; let it begin with the lines `workstations:` and `  hosts:`"
    )


def _add_address(edited: dict[str, str], source: Source, name: str, draft: Draft) -> None:
    line = draft.hosts.get(name)
    network = fitting_network(draft, line) if line else None
    found = Addresses(draft).next_free(network) if network else None
    if found is not None:
        edited[FILE] = set_value(edited[FILE], source.line, "address", str(found), "mac")
