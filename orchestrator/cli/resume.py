"""`townhall resume`: go on with a run that was cut off."""

from __future__ import annotations

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


def resume(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    touching: Touching = 0,
    retire: Retire = None,
    despite_freeze: DespiteFreeze = "",
    accelerate: Accelerate = None,
    language: Language = "",
    json: AsJson = False,
) -> int:
    """Go on with a run that was cut off: check what nobody saw the end of, then do the rest.

    It applies the inventory with which that run began.
    """
    from orchestrator.pipeline import Options

    options = Options(
        consent=consent(touching, retire, despite_freeze), only_rest=True, doing="townhall resume"
    )
    return carry_out(inventory, Wish(yes, json, accelerate, language), options)
