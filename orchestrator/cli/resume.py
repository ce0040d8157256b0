"""`townhall resume`: go on with a run that was cut off."""

from __future__ import annotations

from orchestrator.cli.apply import Accelerate, Language, Wish, Yes, carry_out
from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory


def resume(
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    accelerate: Accelerate = None,
    language: Language = "",
    json: AsJson = False,
) -> int:
    """Go on with a run that was cut off: check what nobody saw the end of, then do the rest."""
    return carry_out(inventory, lambda _: None, Wish(yes, False, accelerate, language, json, rest=True))
