"""`townhall plan`: what would change, and why."""

from __future__ import annotations

import json as documents
from typing import Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

PENDING = 2


def plan(
    inventory: Inventory = DEFAULT_INVENTORY,
    ask: Annotated[
        bool, typer.Option("--ask", help="ask every machine for its stamps, not only the ledger")
    ] = False,
    json: AsJson = False,
) -> int:
    """Say what would change, for whom, and why; exit 2 if anything would."""
    from orchestrator.pipeline import look, look_closer
    from orchestrator.report.plan_text import plan_json, plan_text

    prospect = look(inventory)
    if ask:
        prospect = look_closer(prospect, prospect.wanted.intent.placements)
    pending = prospect.plan
    typer.echo(
        documents.dumps(plan_json(pending), ensure_ascii=False, indent=2) if json else plan_text(pending)
    )
    return 0 if pending.is_empty else PENDING
