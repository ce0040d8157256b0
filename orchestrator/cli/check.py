"""`townhall check`: judge every line, and put addresses right."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.load.fix import Fix
    from orchestrator.model.town import Town

SCHEMA = "townhall.check/1"


def check(
    inventory: Inventory = DEFAULT_INVENTORY,
    fix: Annotated[
        bool, typer.Option("--fix", help="fill in missing addresses, renew those of moved PCs")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Check every line; errors name place, value, reason and remedy."""
    from orchestrator.desired import following
    from orchestrator.flows.rules import hold_rules
    from orchestrator.load import load_files
    from orchestrator.load.files import read_files, write_files
    from orchestrator.load.fix import fix as fix_files
    from orchestrator.load.problems import Problems
    from orchestrator.role_specs import hold

    problems = Problems()
    before = read_files(inventory, problems)
    problems.refuse()
    after, fixes = fix_files(before) if fix else (before, ())
    town = load_files(after, inventory, date.today())
    wanted = following(town)
    hold(wanted.rendering)
    hold_rules(town, wanted.rendering)
    write_files(inventory, before, after)
    _print(town, fixes, as_json)
    return 0


def _print(town: Town, fixes: tuple[Fix, ...], as_json: bool) -> None:
    counts = {
        "hosts": len(town.hosts),
        "people": len(town.people),
        "networks": len(town.networks),
        "flows": len(town.flows),
    }
    if as_json:
        done = [{key: str(value) for key, value in asdict(entry).items() if value} for entry in fixes]
        document = {"schema": SCHEMA, "town": town.identity.name, **counts, "fixes": done}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for entry in fixes:
        typer.echo(str(entry))
    words = ", ".join(f"{count} {what}" for what, count in counts.items())
    typer.echo(f"{town.identity.name}: {words}: every line is right")
