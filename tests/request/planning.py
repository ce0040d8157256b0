"""Plans of branches, as the tests ask for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orchestrator.model.request import RequestPlan
from orchestrator.replan.store import Store
from orchestrator.requested import asked, requested
from tests.request.repository import TOWN, Bare

TODAY = date(2026, 1, 1)


def planned(bare: Bare, head: str, base: str = "main", town: str = TOWN) -> RequestPlan:
    """The plan of a branch; what is kept of its base lies beside the repository."""
    kept = Store(bare.folder.with_name(f"{bare.folder.name}-kept"))
    return requested(asked(Path(town), base, head, bare.folder), TODAY, kept)
