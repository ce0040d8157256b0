"""Role arguments that people chose in group_vars/<group>/<role>.yml, for the hosts of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from orchestrator.errors import Problem, Refused
from orchestrator.model.rules import tier_of
from orchestrator.model.town import Host, RoleArgument, Town
from orchestrator.render.context import Built

HIGHEST = 0


class Chosen:
    """Finds a unit's chosen arguments quickly: most roles have none."""

    def __init__(self, town: Town, secret: Callable[[str], object]) -> None:
        self._secret = secret
        self._highest = {name for name, secret in town.secrets.items() if secret.tier == HIGHEST}
        self._by_role: dict[str, list[RoleArgument]] = {}
        for argument in town.role_arguments:
            self._by_role.setdefault(PurePosixPath(argument.source.file).stem, []).append(argument)

    def joined(self, host: Host, role: str, derived: Built) -> Built:
        """The unit's arguments, derived and chosen; raises Refused where both or two groups set one."""
        known = self._by_role.get(role)
        if not known:
            return derived
        chosen = [entry for entry in known if entry.group == "all" or entry.group in host.groups]
        problems = [*_clashes(host, chosen, derived), *self._above(host, chosen)]
        if problems:
            raise Refused(problems)
        arguments = {**derived.arguments, **{entry.name: self._resolved(entry.value) for entry in chosen}}
        return Built(arguments, (*derived.because, *(entry.source for entry in chosen)))

    def _above(self, host: Host, chosen: Iterable[RoleArgument]) -> Iterable[Problem]:
        """A secret that opens the whole town is seen only by the hosts that hold it up."""
        if tier_of(host.groups) == HIGHEST:
            return
        for entry in chosen:
            for name in sorted(self._highest & set(_references(entry.value))):
                yield Problem(
                    place=str(entry.source),
                    code="TH-TIER-SECRET",
                    value=name,
                    reason=f"is a secret of tier {HIGHEST}, and {host.name} is a host of a lower one",
                    remedy="make a secret of its own for these hosts, of tier 1",
                )

    def _resolved(self, value: object) -> object:
        """The value with every `{ref: name}` replaced by a reference to that secret."""
        if isinstance(value, Mapping):
            if set(value) == {"ref"}:
                return self._secret(str(value["ref"]))
            return {key: self._resolved(inner) for key, inner in value.items()}
        return [self._resolved(inner) for inner in value] if isinstance(value, list | tuple) else value


def _references(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        if set(value) == {"ref"}:
            yield str(value["ref"])
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _references(inner)


def _clashes(host: Host, chosen: Iterable[RoleArgument], derived: Built) -> Iterable[Problem]:
    seen: dict[str, RoleArgument] = {}
    for entry in chosen:
        if entry.name in derived.arguments:
            yield _problem(entry, "DERIVED", "follows from the inventory and cannot be chosen")
        elif entry.name in seen:
            other = seen[entry.name].source
            yield _problem(entry, "TWICE", f"is also set at {other}, and {host.name} is in both groups")
        seen[entry.name] = entry


def _problem(entry: RoleArgument, code: str, reason: str) -> Problem:
    return Problem(
        place=str(entry.source),
        code=f"TH-ARGUMENT-{code}",
        value=entry.name,
        reason=reason,
        remedy="remove this line",
    )
