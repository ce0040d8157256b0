"""`townhall show`: the town's hosts, or all that is derived for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.desired import Desired
    from orchestrator.report.facts import Fact

SCHEMA = "townhall.show/1"
COLUMNS = ("host", "address", "network", "room", "person", "department", "roles")


def show(
    host: Annotated[str, typer.Argument(help="only this host, in full", show_default=False)] = "",
    inventory: Inventory = DEFAULT_INVENTORY,
    json: AsJson = False,
) -> int:
    """Show the town's hosts, or one host with everything that is derived for it."""
    from orchestrator.cli.hosts import known
    from orchestrator.desired import desired

    wanted = desired(inventory)
    if host:
        known(wanted, host)
    if json:
        _print_json(_host_document(wanted, host) if host else {"hosts": _rows(wanted)})
    elif host:
        _print_host(wanted, host)
    else:
        _print_table(wanted)
    return 0


def _rows(wanted: Desired) -> list[dict[str, object]]:
    roles: dict[str, list[str]] = {}
    for unit in wanted.rendering.units:
        roles.setdefault(unit.host, []).append(unit.role)
    return [
        {
            "host": name,
            "address": str(place.address),
            "network": place.network,
            "room": place.room,
            "person": place.person,
            "department": place.department,
            "roles": roles.get(name, []),
        }
        for name, place in wanted.intent.placements.items()
    ]


def _facts(wanted: Desired, host: str) -> tuple[Fact, ...]:
    from orchestrator.report.facts import facts

    return facts(wanted.town, wanted.intent, wanted.rendering, host)


def _host_document(wanted: Desired, host: str) -> dict[str, object]:
    """The host's facts and the arguments of its roles, a secret by its reference."""
    from orchestrator.model.rendering import SecretReference

    def plain(value: object) -> object:
        if isinstance(value, SecretReference):
            return {"secret": value.name, "version": value.version, "purpose": value.purpose}
        if isinstance(value, dict):
            return {key: plain(inner) for key, inner in value.items()}
        return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value

    units = [unit for unit in wanted.rendering.units if unit.host == host]
    return {
        "host": host,
        "facts": [{"topic": f.topic, "name": f.name, "value": f.value} for f in _facts(wanted, host)],
        "arguments": {unit.role: plain(dict(unit.arguments)) for unit in units},
    }


def _print_json(document: dict[str, object]) -> None:
    import json

    typer.echo(json.dumps({"schema": SCHEMA, **document}, ensure_ascii=False, indent=2))


def _print_table(wanted: Desired) -> None:
    """Columns of plain text: a town of 10,000 hosts is printed at once."""
    rows = [{**row, "roles": " ".join(_own_roles(row["roles"]))} for row in _rows(wanted)]
    table = [COLUMNS, *([str(row[column] or "") for column in COLUMNS] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(COLUMNS))]
    typer.echo(f"{wanted.town.identity.title} ({wanted.town.identity.name})")
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    typer.echo("\n".join(line.rstrip() for line in lines))


def _own_roles(roles: object) -> list[str]:
    """The roles that tell hosts apart."""
    return [role for role in roles if role not in ("base", "derived_values")]  # type: ignore[attr-defined]


def _print_host(wanted: Desired, host: str) -> None:
    from rich.table import Table

    from orchestrator.cli.wide import wide

    table = Table("topic", "value", "", box=None, title=host, title_justify="left")
    for fact in _facts(wanted, host):
        table.add_row(fact.topic, fact.name, fact.value)
    wide().print(table)
