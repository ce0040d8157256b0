"""What people did to the town, line by line, in their own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from orchestrator.model.names import WORKSTATIONS
from orchestrator.model.request import BASE, HEAD, Headline, Line, Lines
from orchestrator.model.rules import Approval, Freeze, Limit, RuleException
from orchestrator.model.town import End, Host, Network, Person, PortRange, Secret, Town

Values = Mapping[Any, Any]
_KEYS: Mapping[str, str] = {
    "buildings": "building",
    "zones": "zone",
    "networks": "network",
    "rooms": "room",
    "sockets": "socket",
    "trunks": "trunk",
    "outlets": "outlet",
    "departments": "department",
    "people": "person",
    "directory_groups": "group of the directory",
    "services": "service",
    "package_sources": "package source",
    "flows": "flow",
    "masquerade": "masquerade",
    "published": "published port",
    "secrets": "secret",
    "hosts": "host",
    "role_arguments": "argument",
    "rules.flows": "rule",
    "rules.exceptions": "exception",
    "rules.limits": "limit of tier",
    "rules.freezes": "freeze",
    "rules.approvals": "approval for",
}
BINDING = frozenset({"rule", "limit of tier", "freeze", "approval for"})
"""What the town binds itself by; whatever of it goes or changes may bind it less."""
_FORWARDERS = "group_vars/all/services.yml"
_SINGLE = ("identity", "connection", "dns_forwarders")
_LONGEST = 80


def headlines(base: Town, head: Town, edited: Lines) -> tuple[Headline, ...]:
    """Everything that was added, taken away or changed, hosts and people first; `edited` are its lines."""
    kinds = ["hosts", "people", *(kind for kind in _KEYS if kind not in {"hosts", "people"})]
    found = [row for kind in kinds for row in _of_kind(kind, base, head)]
    for name in _SINGLE:
        old, new = getattr(base, name), getattr(head, name)
        if bare(old) != bare(new):
            near = tuple(line for line in edited if line.source.file == _FORWARDERS)
            lines = _lines(old, new) or near
            found.append(Headline(f"changed {name}", f"{name}: {_fields(old, new)}", lines))
    return tuple(found)


def loosening(found: Iterable[Headline]) -> Iterator[Headline]:
    """What is done to that by which the town binds itself, as far as it may bind less afterwards."""
    kinds = {kind for word in BINDING for kind in (f"{word} gone", f"changed {word}")}
    yield from (row for row in found if row.kind in kinds)


def _of_kind(kind: str, base: Town, head: Town) -> Iterator[Headline]:
    before, after = (_by_key(attrgetter(kind)(town)) for town in (base, head))
    word = _KEYS[kind]
    for key in sorted({*before, *after}, key=str):
        old, new = before.get(key), after.get(key)
        if old is None:
            yield Headline(f"new {_noun(word, new)}", _added(word, key, new, head), _lines(new=new))
        elif new is None:
            yield Headline(f"{_noun(word, old)} gone", f"{_named(word, old, key)} goes", _lines(old))
        elif old != new and bare(old) != bare(new):
            yield Headline(
                f"changed {_noun(word, new)}", _changed(word, key, old, new, base, head), _lines(old, new)
            )


def _by_key(values: Any) -> Values:
    if isinstance(values, Mapping):
        return values
    return {_key(value): value for value in values}


def _key(value: Any) -> str:
    if isinstance(value, RuleException):
        ends = " to ".join(map(_plain, (value.sources, value.destinations)))
        return f"to {value.rule} for {ends} on {_plain(value.ports) if value.ports else 'every port'}"
    if isinstance(value, Freeze):
        return f"from {value.first} to {value.last}"
    if isinstance(value, Limit | Approval):
        return str(value.tier if isinstance(value, Limit) else value.topic)
    if hasattr(value, "group") and hasattr(value, "value"):
        return f"{value.name} of {value.group}"
    if hasattr(value, "port") and hasattr(value, "switch"):
        return f"{value.switch} port {value.port}"
    return str(value.name if hasattr(value, "name") else " ".join(map(_plain, bare(value))))


def bare(value: Any) -> tuple[object, ...]:
    """A value without its place: the same words on another line are the same."""
    if isinstance(value, tuple):
        return value
    return tuple(getattr(value, field.name) for field in fields(value) if field.name != "source")


def _lines(old: Any = None, new: Any = None) -> Lines:
    found = [Line(HEAD, new.source)] if hasattr(new, "source") else []
    return (*found, *([Line(BASE, old.source)] if hasattr(old, "source") else []))


def _noun(word: str, value: Any) -> str:
    return "PC" if isinstance(value, Host) and WORKSTATIONS in value.groups else word


def _named(word: str, value: Any, key: object) -> str:
    return str(key) if isinstance(value, Host) else _person(value) if word == "person" else f"{word} {key}"


def _person(person: Person) -> str:
    return f"{person.name} ({person.account})"


def _added(word: str, key: object, new: Any, head: Town) -> str:
    if isinstance(new, Host):
        return f"new {_noun(word, new)} {new.name}{_whose(new, head)}{_where(new.socket, head)}"
    if isinstance(new, Person):
        return f"{_person(new)} joins {new.department} as {new.post}"
    if isinstance(new, Network):
        return f"new network {new.name}: VLAN {new.vlan}, {new.subnet}, zone {new.zone}"
    if isinstance(new, RuleException):
        return f"new {word} {key}, until {new.until}, owner {new.owner}: {new.reason}"
    return f"new {word} {key}"


def _whose(host: Host, town: Town) -> str:
    person = town.people.get(host.person or "")
    return f" for {_person(person)}" if person else f" for {host.department}" if host.department else ""


def _where(socket: str | None, town: Town) -> str:
    known = town.sockets.get(socket or "")
    return f" at socket {socket} in room {known.room}" if known else ""


def _changed(word: str, key: object, old: Any, new: Any, base: Town, head: Town) -> str:  # noqa: PLR0913, PLR0917
    if isinstance(new, Person) and new.left and not old.left:
        return f"{_person(new)} has left: the account is disabled"
    if isinstance(new, Host) and new.socket != old.socket:
        before, after = _where(old.socket, base) or " nowhere", _where(new.socket, head) or " nowhere"
        rest = _fields(old, new, "socket")
        return f"{new.name} moves: from{before[3:]} to{after[3:]}{f'; {rest}' if rest else ''}"
    if isinstance(new, Secret) and new.version != old.version:
        return f"secret {key}: version {old.version} -> {new.version}"
    return f"{_named(word, new, key)}: {_fields(old, new)}"


def _fields(old: Any, new: Any, *told: str) -> str:
    """Each field that differs, old and new."""
    if isinstance(new, tuple):
        return f"{_plain(old)} -> {_plain(new)}"
    names = [field.name for field in fields(new) if field.name not in {"source", *told}]
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in names)
    return "; ".join(f"{name} {_short(one)} -> {_short(two)}" for name, one, two in pairs if one != two)


def _short(value: object) -> str:
    text = _plain(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    End: lambda end: f"{end.kind}/{end.name}",
    PortRange: lambda port: (
        f"{port.protocol}/{port.first}" + ("" if port.first == port.last else f"-{port.last}")
    ),
    bool: lambda flag: str(flag).lower(),
    type(None): lambda _: "nothing",
}


def _plain(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(_plain, value)) or "nothing"
    return _SHOWN.get(type(value), str)(value)
