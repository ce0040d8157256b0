"""`townhall undo`: take a run back, and say beforehand what does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.cli.options import (
    DEFAULT_INVENTORY,
    Accelerate,
    AsJson,
    DespiteFreeze,
    Inventory,
    Language,
    Retire,
    Touching,
    Yes,
    consent,
)

if TYPE_CHECKING:
    from orchestrator.model.ground import Run


def undo(  # noqa: PLR0913, PLR0917
    run: Annotated[str, typer.Argument(metavar="RUN", help="its name, from townhall ledger show")],
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    touching: Touching = 0,
    retire: Retire = None,
    despite_freeze: DespiteFreeze = "",
    accelerate: Accelerate = None,
    language: Language = "",
    json: AsJson = False,
) -> int:
    """Apply the inventory as it was before a run, by an ordinary plan; only the newest run can be undone.

    What has no inverse is named first. Until a merged commit says the same, `townhall check` fails.
    """
    from orchestrator.pipeline import Options
    from orchestrator.undo import undoing

    undone, ground = undoing(inventory, run)
    wish = Wish(yes, json, accelerate, language, "undo this?", head(undone))
    allowed = consent(touching, retire, despite_freeze)
    return carry_out(inventory, wish, Options(consent=allowed, ground=ground, doing=f"townhall undo {run}"))


def head(undone: Run) -> str:
    """What does not come back: it stands above the plan."""
    stays = [f"  does not come back: {one}" for one in undone.lasting] or ["  every step has an inverse"]
    title = f"undo of {undone.name}, applied by {undone.who} at {undone.at[:16]}"
    return "\n".join([title, *stays, "", ""])
