"""The arguments of every role on every host: the last pure step before anything is compared or run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.model.source import Because, Source

CATALOGUE = "playbooks/site.yml"


@dataclass(frozen=True, slots=True)
class Play:
    """One play of the catalogue: its position is its order, `line` is where it begins in the file."""

    position: int
    name: str
    group: str
    roles: tuple[str, ...]
    become: bool
    any_errors_fatal: bool
    line: int = 1

    @property
    def source(self) -> Source:
        """Where it stands in the repository, or in Townhall's own where the repository holds towns alone."""
        return Source(CATALOGUE, self.line)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """playbooks/site.yml, read statically."""

    plays: tuple[Play, ...]


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Stands for a secret in role arguments; `purpose` not empty means a value derived for that purpose.

    `template` is what Ansible is given: a trusted Jinja expression.
    """

    name: str
    version: int
    purpose: str = ""

    @property
    def template(self) -> str:
        """The trusted expression that Ansible resolves at run time."""
        if self.purpose:
            return f"{{{{ secret_{self.name} | derived_secret('{self.purpose}') }}}}"
        return f"{{{{ secret_{self.name} }}}}"


@dataclass(frozen=True, slots=True)
class UnitRendering:
    """One role on one host with its arguments: JSON-like values, SecretReference where a secret stands."""

    host: str
    role: str
    position: int
    arguments: Mapping[str, object]
    because: Because


@dataclass(frozen=True, slots=True)
class Rendering:
    """Every unit of the town in the catalogue's order, and each host's connection variables."""

    town: str
    units: tuple[UnitRendering, ...]
    connections: Mapping[str, Mapping[str, object]]
