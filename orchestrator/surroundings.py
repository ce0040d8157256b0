"""What a plan is told of the program itself and of earlier runs."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing

from orchestrator.apply.code import not_units, restarting_handlers
from orchestrator.model.rendering import Catalogue
from orchestrator.model.request import Surroundings
from orchestrator.model.town import Town
from orchestrator.record import Ledger
from orchestrator.record.history import medians
from orchestrator.record.place import ledger_path


def roles_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Every role that a play gives to hosts, sorted."""
    return tuple(sorted({role for play in catalogue.plays for role in play.roles}))


def surroundings(
    catalogue: Catalogue, town: Town, day: str, history: Collection[str], leaving: Collection[str] = ()
) -> Surroundings:
    """What the program says of its roles, and the ledger of `history` roles and `leaving` hosts."""
    roles = roles_of(catalogue)
    restarts = {role: restarting_handlers(role) for role in roles}
    found, last = _remembered(town, history, leaving)
    return Surroundings(catalogue, not_units(roles), restarts, (), found, day, last)


def _remembered(
    town: Town, roles: Collection[str], leaving: Collection[str]
) -> tuple[dict[str, float], dict[str, int]]:
    """Median seconds of a unit by role, and the newest record of each host that leaves."""
    path = ledger_path(town)
    if not (roles or leaving) or not path.exists():
        return {}, {}
    with closing(Ledger(path)) as ledger:
        units = ledger.state(leaving).units if leaving else {}
        last = {host: max(one.record for unit, one in units.items() if unit[0] == host) for host, _ in units}
        return medians(ledger.spans(roles)), last
