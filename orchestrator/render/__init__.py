"""Rendering: the arguments of every role on every host, in the catalogue's order."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.errors import Problem, Refused
from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Catalogue, Play, Rendering, UnitRendering
from orchestrator.model.town import Town
from orchestrator.render.catalogue import FILE
from orchestrator.render.chosen import Chosen
from orchestrator.render.connections import connections
from orchestrator.render.context import Context
from orchestrator.render.role_arguments import derived_arguments

__all__ = ["render"]


def render(town: Town, intent: Intent, catalogue: Catalogue) -> Rendering:
    """Every unit and every connection of the town; raises Refused with all problems at once."""
    context = Context(town, intent)
    chosen = Chosen(town, context.secret)
    units: dict[tuple[str, str], UnitRendering] = {}
    problems: list[Problem] = []
    for play, host, role in _places(town, catalogue):
        if (host, role) in units:
            problems.append(_twice(play, host, role))
            continue
        try:
            units[host, role] = _unit(context, chosen, play, host, role)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return Rendering(town.identity.name, tuple(units.values()), connections(town.connection, intent))


def _places(town: Town, catalogue: Catalogue) -> Iterator[tuple[Play, str, str]]:
    for play in catalogue.plays:
        hosts = town.hosts if play.group == "all" else town.groups.get(play.group, ())
        for role in play.roles:
            yield from ((play, host, role) for host in sorted(hosts))


def _unit(context: Context, chosen: Chosen, play: Play, host: str, role: str) -> UnitRendering:
    built = chosen.joined(context.host(host), role, derived_arguments(context, host, role))
    return UnitRendering(host, role, play.position, dict(sorted(built.arguments.items())), built.because)


def _twice(play: Play, host: str, role: str) -> Problem:
    return Problem(
        place=f"{FILE}:1",
        code="TH-CATALOGUE-TWICE",
        value=f"{role} on {host}",
        reason=f"the play '{play.name}' gives the host a role that an earlier play gave it",
        remedy="give each role to a host in one play only",
    )
