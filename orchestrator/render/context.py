"""What the argument builders share: the town, its intent, and what is the same for many hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Network

from orchestrator.errors import Problem, Refused
from orchestrator.model.intent import Intent, Placement
from orchestrator.model.names import DOMAIN_CONTROLLERS, OUTSIDE_ZONE
from orchestrator.model.rendering import SecretReference
from orchestrator.model.source import Because, because
from orchestrator.model.town import Host, Town

Arguments = dict[str, object]


@dataclass(frozen=True, slots=True)
class Built:
    """A role's derived arguments on one host, and the lines that they came from."""

    arguments: Arguments
    because: Because


@dataclass(frozen=True)
class Context:
    """The whole town while it is rendered."""

    town: Town
    intent: Intent
    _groups: dict[str, tuple[Host, ...]] = field(default_factory=dict)

    def host(self, name: str) -> Host:
        """The host's line."""
        return self.town.hosts[name]

    def placement(self, name: str) -> Placement:
        """Where the host is."""
        return self.intent.placements[name]

    def hosts_of(self, group: str) -> tuple[Host, ...]:
        """The hosts of a group, by name."""
        if group not in self._groups:
            names = sorted(self.town.groups.get(group, ()))
            self._groups[group] = tuple(self.town.hosts[name] for name in names)
        return self._groups[group]

    def addresses_of(self, group: str) -> list[str]:
        """The addresses of a group's hosts, by host name."""
        return [str(host.address) for host in self.hosts_of(group)]

    def first_of(self, group: str, wanted_by: str) -> Host:
        """The group's first host; raises Refused where a role cannot do without one."""
        hosts = self.hosts_of(group)
        if hosts:
            return hosts[0]
        host = self.host(wanted_by)
        raise Refused(
            [
                Problem(
                    place=str(host.source),
                    code="TH-SERVICE-MISSING",
                    value=host.name,
                    reason=f"needs a host of the group {group}, and the town has none",
                    remedy=f"add a host to {group} in hosts/, or take {host.name} out of its group",
                )
            ]
        )

    def secret(self, name: str, purpose: str = "") -> SecretReference:
        """A reference to a secret; raises Refused where the town does not name it."""
        known = self.town.secrets.get(name)
        if known is not None:
            return SecretReference(name, known.version, purpose)
        raise Refused(
            [
                Problem(
                    place="group_vars/all/secret_names.yml:1",
                    code="TH-SECRET-MISSING",
                    value=name,
                    reason="is a secret that the town's roles need, and no line names it",
                    remedy=f"add `{name}: {{tier: 1, version: 1}}` under secrets, and its value",
                )
            ]
        )

    def secret_line(self, *names: str) -> Because:
        """The lines that name secrets."""
        return because(*(self.town.secrets.get(name) for name in names))

    @cached_property
    def controllers(self) -> tuple[Host, ...]:
        """The domain controllers, by name."""
        return self.hosts_of(DOMAIN_CONTROLLERS)

    @cached_property
    def controller_addresses(self) -> list[str]:
        """The addresses of the domain controllers, by host name."""
        return [str(host.address) for host in self.controllers]

    @cached_property
    def controller_lines(self) -> Because:
        """The lines of the domain controllers."""
        return because(*self.controllers)

    @cached_property
    def named_controllers(self) -> list[Arguments]:
        """The domain controllers as roles know them: full name and address."""
        return [
            {"name": self.placement(host.name).fqdn, "address": str(host.address)}
            for host in self.controllers
        ]

    @cached_property
    def computer_units(self) -> dict[str, str]:
        """The unit of each machine's account in the directory, by host."""
        return {computer.name: computer.ou for computer in self.intent.computers}

    @cached_property
    def staff(self) -> dict[str, list[str]]:
        """The accounts of each department, without those who left."""
        found: dict[str, list[str]] = {}
        for account, person in sorted(self.town.people.items()):
            if not person.left:
                found.setdefault(person.department, []).append(account)
        return found

    @cached_property
    def package_sources(self) -> list[Arguments]:
        """The apt repositories of every host."""
        return [
            {
                "uri": source.uri,
                "suite": source.suite,
                "components": list(source.components),
                "keyring": source.keyring,
            }
            for source in self.town.package_sources
        ]

    @cached_property
    def inside(self) -> list[IPv4Network]:
        """The subnets of the town itself, sorted."""
        networks = self.town.networks.values()
        return sorted(network.subnet for network in networks if network.zone != OUTSIDE_ZONE)

    @cached_property
    def base_lines(self) -> Because:
        """The lines that the base of every host comes from."""
        return because(self.town.identity, *self.controllers, *self.town.package_sources)
