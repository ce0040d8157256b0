"""Which hosts carry a role, as the catalogue says."""

from __future__ import annotations

from orchestrator.model.rendering import Catalogue
from orchestrator.model.town import Town


def carriers(town: Town, catalogue: Catalogue, role: str) -> tuple[str, ...]:
    """The hosts of every play with the role, sorted."""
    found: set[str] = set()
    for play in catalogue.plays:
        if role in play.roles:
            found.update(town.hosts if play.group == "all" else town.groups.get(play.group, ()))
    return tuple(sorted(found))
