"""group_vars/all/*.yml: models of what people wrote -> parts of the town with their lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from orchestrator.load.draft import Draft
from orchestrator.load.problems import Problems
from orchestrator.load.schema import files as schema
from orchestrator.load.tree import Items, Table
from orchestrator.load.validate import validate
from orchestrator.model import rules, town
from orchestrator.model.source import Source

FOLDER = "group_vars/all"
Entry = TypeVar("Entry")


def take(name: str, table: Table, draft: Draft, problems: Problems) -> None:
    """Put what one common file says into the draft."""
    file = f"{FOLDER}/{name}.yml"
    for section, entries in table.items():
        if isinstance(entries, Table):
            draft.written[section] = frozenset(entries)
    model, rest = validate(schema.FILES[name], table, file, problems)
    if model is not None and rest is not None:
        _TAKERS[name](model, _Lines(rest, file), draft)


class _Lines:
    """Pairs the entries of a section with their lines."""

    def __init__(self, table: Table, file: str) -> None:
        self.table, self.file = table, file

    def of(self, section: str) -> Source:
        return Source(self.file, self.table.lines.get(section, 1))

    def below(self, section: str) -> _Lines:
        return _Lines(self.table.get(section, Table(1)), self.file)

    def named(self, section: str, entries: Mapping[str, Entry]) -> Iterator[tuple[str, Entry, Source]]:
        lines = self.table[section].lines if entries else {}
        for key in sorted(entries):
            yield key, entries[key], Source(self.file, lines[key])

    def listed(self, section: str, entries: list[Entry]) -> Iterator[tuple[Entry, Source]]:
        lines = self.table.get(section)
        if isinstance(lines, Items):
            yield from (
                (entry, Source(self.file, line)) for entry, line in zip(entries, lines.lines, strict=False)
            )


def _networks(model: schema.NetworksFile, lines: _Lines, draft: Draft) -> None:
    draft.identity = town.Identity(**model.town.model_dump(), source=lines.of("town"))
    draft.buildings = {
        key: town.Building(key, entry.title, source)
        for key, entry, source in lines.named("buildings", model.buildings)
    }
    draft.zones = {
        key: town.Zone(key, entry.title, source) for key, entry, source in lines.named("zones", model.zones)
    }
    draft.networks = {
        key: town.Network(
            name=key,
            vlan=entry.vlan,
            zone=entry.zone,
            building=entry.building,
            subnet=entry.subnet,
            gateway=entry.gateway,
            pool=entry.pool,
            departments=tuple(entry.departments),
            source=source,
        )
        for key, entry, source in lines.named("networks", model.networks)
    }


def _cabling(model: schema.CablingFile, lines: _Lines, draft: Draft) -> None:
    draft.rooms = {
        key: town.Room(key, entry.building, entry.title, source)
        for key, entry, source in lines.named("rooms", model.rooms)
    }
    draft.sockets = {
        key: town.Socket(key, entry.room, entry.switch, entry.port, source)
        for key, entry, source in lines.named("sockets", model.sockets)
    }
    draft.trunks = [
        town.Trunk(entry.switch, entry.port, entry.to, entry.to_port, source)
        for entry, source in lines.listed("trunks", model.trunks)
    ]
    draft.outlets = [
        town.Outlet(entry.switch, entry.port, entry.network, entry.description, source)
        for entry, source in lines.listed("outlets", model.outlets)
    ]


def _people(model: schema.PeopleFile, lines: _Lines, draft: Draft) -> None:
    draft.departments = {
        key: town.Department(key, entry.title, tuple(entry.buildings), source)
        for key, entry, source in lines.named("departments", model.departments)
    }
    draft.people = {
        key: town.Person(key, entry.name, entry.department, entry.post, entry.without_pc, entry.left, source)
        for key, entry, source in lines.named("people", model.people)
    }
    draft.directory_groups = {
        key: town.DirectoryGroup(key, entry.title, tuple(entry.people), tuple(entry.departments), source)
        for key, entry, source in lines.named("directory_groups", model.directory_groups)
    }


def _services(model: schema.ServicesFile, lines: _Lines, draft: Draft) -> None:
    draft.services = {
        key: town.Service(key, entry.group, tuple(entry.addresses), tuple(entry.ports), source)
        for key, entry, source in lines.named("services", model.services)
    }
    draft.package_sources = [
        town.PackageSource(entry.uri, entry.suite, tuple(entry.components), entry.keyring, source)
        for entry, source in lines.listed("package_sources", model.package_sources)
    ]
    draft.dns_forwarders = list(model.dns_forwarders)


def _policy(model: schema.PolicyFile, lines: _Lines, draft: Draft) -> None:
    draft.flows = [
        town.Flow(
            name=entry.name,
            sources=tuple(entry.sources),
            destinations=tuple(entry.to),
            ports=tuple(entry.ports),
            owner=entry.owner,
            reason=entry.reason,
            until=entry.until,
            source=source,
        )
        for entry, source in lines.listed("flows", model.flows)
    ]
    draft.masquerade = [
        town.Masquerade(tuple(entry.sources), entry.to, source)
        for entry, source in lines.listed("masquerade", model.masquerade)
    ]
    draft.published = [
        town.Publication(**entry.model_dump(), source=source)
        for entry, source in lines.listed("published", model.published)
    ]
    draft.rules = _rules(model, lines)


def _rules(model: schema.PolicyFile, lines: _Lines) -> rules.Rules:
    return rules.Rules(
        flows=tuple(
            rules.FlowRule(
                name=entry.name,
                always=section == "always",
                sources=tuple(entry.sources),
                destinations=tuple(entry.to),
                ports=tuple(entry.ports),
                reason=entry.reason,
                source=source,
            )
            for section, entries in (("never", model.rules.never), ("always", model.rules.always))
            for entry, source in lines.below("rules").listed(section, entries)
        ),
        exceptions=tuple(
            rules.RuleException(
                rule=entry.rule,
                sources=tuple(entry.sources),
                destinations=tuple(entry.to),
                ports=tuple(entry.ports),
                owner=entry.owner,
                reason=entry.reason,
                until=entry.until,
                source=source,
            )
            for entry, source in lines.listed("exceptions", model.exceptions)
        ),
        limits=tuple(
            rules.Limit(**entry.model_dump(), source=source)
            for entry, source in lines.listed("limits", model.limits)
        ),
        freezes=tuple(
            rules.Freeze(entry.first, entry.to, entry.reason, source)
            for entry, source in lines.listed("freeze", model.freeze)
        ),
        approvals=tuple(
            rules.Approval(entry.topic, tuple(entry.by), entry.least, source)
            for entry, source in lines.listed("approvals", model.approvals)
        ),
    )


def _connection(model: schema.ConnectionFile, lines: _Lines, draft: Draft) -> None:
    draft.connection = town.Connection(**model.reach.model_dump(), source=lines.of("reach"))


def _secret_names(model: schema.SecretNamesFile, lines: _Lines, draft: Draft) -> None:
    draft.secrets = {
        key: town.Secret(key, entry.tier, entry.version, source)
        for key, entry, source in lines.named("secrets", model.secrets)
    }


_TAKERS: dict[str, Callable[[Any, _Lines, Draft], None]] = {
    "networks": _networks,
    "cabling": _cabling,
    "people": _people,
    "services": _services,
    "policy": _policy,
    "connection": _connection,
    "secret_names": _secret_names,
}
