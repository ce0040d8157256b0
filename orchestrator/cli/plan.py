"""`townhall plan`: what would change, and why."""

from __future__ import annotations

import json as documents
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.model.plan import Plan

PENDING = 2


def plan(
    inventory: Inventory = DEFAULT_INVENTORY,
    ask: Annotated[
        bool, typer.Option("--ask", help="ask every machine for its stamps, not only the ledger")
    ] = False,
    json: AsJson = False,
) -> int:
    """Say what would change, for whom, and why; exit 2 if anything would."""
    from orchestrator.preview import preview
    from orchestrator.report.plan_text import plan_json, plan_text

    pending = _asked(inventory) if ask else preview(inventory)
    typer.echo(
        documents.dumps(plan_json(pending), ensure_ascii=False, indent=2) if json else plan_text(pending)
    )
    return 0 if pending.is_empty else PENDING


def _asked(inventory: Path) -> Plan:
    from orchestrator.pipeline import look, look_closer

    prospect = look(inventory)
    return look_closer(prospect, prospect.wanted.intent.placements).plan
