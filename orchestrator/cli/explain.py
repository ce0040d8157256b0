"""`townhall explain`: why a host is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.report.facts import Fact

SCHEMA = "townhall.explain/1"
LINES_SHOWN = 6


def explain(
    host: Annotated[str, typer.Argument(help="name of the host", show_default=False)],
    topic: Annotated[str, typer.Argument(help="only this topic, such as dns", show_default=False)] = "",
    inventory: Inventory = DEFAULT_INVENTORY,
    json: AsJson = False,
) -> int:
    """Show every derived value of a host, each with the lines it came from."""
    from orchestrator.cli.hosts import known
    from orchestrator.desired import desired
    from orchestrator.errors import UsageError
    from orchestrator.report.facts import TOPICS, facts

    wanted = desired(inventory)
    known(wanted, host)
    topics = (*TOPICS, "roles")
    if topic and topic not in topics:
        raise UsageError(f"no topic {topic}; there are {', '.join(topics)}")
    found = facts(wanted.town, wanted.intent, wanted.rendering, host)
    chosen = [fact for fact in found if topic in ("", fact.topic)]
    if json:
        _print_json(host, chosen)
    else:
        _print_tree(host, chosen)
    return 0


def _print_json(host: str, found: list[Fact]) -> None:
    import json

    told = [
        {
            "topic": fact.topic,
            "name": fact.name,
            "value": fact.value,
            "because": [str(line) for line in fact.because],
        }
        for fact in found
    ]
    typer.echo(json.dumps({"schema": SCHEMA, "host": host, "facts": told}, ensure_ascii=False, indent=2))


def _print_tree(host: str, found: list[Fact]) -> None:
    from rich.text import Text
    from rich.tree import Tree

    from orchestrator.cli.wide import wide

    tree = Tree(Text(host, "bold"))
    branches: dict[str, Tree] = {}
    for fact in found:
        if fact.topic not in branches:
            branches[fact.topic] = tree.add(Text(fact.topic, "bold cyan"))
        value = f": {fact.value}" if fact.value else ""
        leaf = branches[fact.topic].add(Text.assemble((fact.name, "green"), value))
        leaf.add(Text(_lines(fact), "dim"))
    wide().print(tree)


def _lines(fact: Fact) -> str:
    lines = list(dict.fromkeys(str(line) for line in fact.because))
    more = f" and {len(lines) - LINES_SHOWN} more" if len(lines) > LINES_SHOWN else ""
    return f"because {', '.join(lines[:LINES_SHOWN])}{more}"
