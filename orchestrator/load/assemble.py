"""A draft without problems -> the town, everything sorted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from orchestrator.load.draft import Draft, HostLine
from orchestrator.model import town

Value = TypeVar("Value")


def assemble(draft: Draft, root: PurePosixPath) -> town.Town:
    """The town of a draft that the rules found right."""
    assert draft.identity and draft.connection  # noqa: S101  the rules saw both
    return town.Town(
        identity=draft.identity,
        buildings=_sorted(draft.buildings),
        zones=_sorted(draft.zones),
        networks=_sorted(draft.networks),
        rooms=_sorted(draft.rooms),
        sockets=_sorted(draft.sockets),
        trunks=tuple(sorted(draft.trunks, key=lambda trunk: (trunk.switch, trunk.port))),
        outlets=tuple(sorted(draft.outlets, key=lambda outlet: (outlet.switch, outlet.port))),
        departments=_sorted(draft.departments),
        people=_sorted(draft.people),
        directory_groups=_sorted(draft.directory_groups),
        services=_sorted(draft.services),
        package_sources=tuple(draft.package_sources),
        dns_forwarders=tuple(draft.dns_forwarders),
        flows=tuple(sorted(draft.flows, key=lambda flow: flow.name)),
        masquerade=tuple(draft.masquerade),
        published=tuple(sorted(draft.published, key=lambda publication: publication.name)),
        connection=draft.connection,
        secrets=_sorted(draft.secrets),
        hosts={name: _host(draft, draft.hosts[name]) for name in sorted(draft.hosts)},
        groups=_members(draft),
        role_arguments=tuple(sorted(draft.role_arguments, key=lambda given: (given.group, given.name))),
        rules=draft.rules,
        root=root,
    )


def _sorted(entries: Mapping[str, Value]) -> dict[str, Value]:
    return {key: entries[key] for key in sorted(entries)}


def _host(draft: Draft, line: HostLine) -> town.Host:
    assert line.address and line.mac and line.platform  # noqa: S101
    return town.Host(
        line.name,
        draft.host_groups[line.name],
        line.address,
        line.mac,
        line.platform,
        line.socket,
        line.person,
        line.department,
        line.asset_serial,
        line.description,
        line.source,
    )


def _members(draft: Draft) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = {group: [] for group in draft.groups.lines}
    for host in sorted(draft.hosts):
        for group in draft.host_groups[host]:
            members[group].append(host)
    return {group: tuple(members[group]) for group in sorted(members)}
