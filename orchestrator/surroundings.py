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


def surroundings(catalogue: Catalogue, town: Town, day: str, history: Collection[str]) -> Surroundings:
    """What the program says of its roles, and how long units of the roles in `history` took."""
    roles = roles_of(catalogue)
    restarts = {role: restarting_handlers(role) for role in roles}
    return Surroundings(catalogue, not_units(roles), restarts, (), _history(town, history), day)


def _history(town: Town, roles: Collection[str]) -> dict[str, float]:
    path = ledger_path(town)
    if not roles or not path.exists():
        return {}
    with closing(Ledger(path)) as ledger:
        return medians(ledger.spans(roles))
