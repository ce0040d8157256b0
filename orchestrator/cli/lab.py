"""`townhall lab`: a town of containers to try things in."""

from __future__ import annotations

import json as documents
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.lab.status import Standing
    from orchestrator.lab.up import Site

lab = typer.Typer(add_completion=False, rich_markup_mode=None, help="A town of containers to try things in.")
INVENTORY = Path("inventories/lab")
NAME = "lab"


@lab.command()
def up(
    inventory: Inventory = INVENTORY,
    recreate: Annotated[
        list[str] | None,
        typer.Option(help="make this machine anew, empty, with a new identity; may be repeated"),
    ] = None,
) -> int:
    """Make what is missing, start what is stopped, leave the rest alone."""
    from orchestrator.lab.state import Lab
    from orchestrator.lab.up import up as bring_up

    bring_up(Lab(inventory=inventory), _say, tuple(recreate or ()))
    return 0


@lab.command()
def down() -> int:
    """Remove everything the lab made; images and packages stay for the next time."""
    from orchestrator.lab.down import down as bring_down

    bring_down(NAME, _say)
    return 0


@lab.command()
def status(inventory: Inventory = INVENTORY, json: AsJson = False) -> int:
    """Every machine, its container, its place and its addresses; exit 2 if some do not run."""
    from orchestrator.lab.status import status as standing

    found = standing(_site(inventory))
    if json:
        document = {"schema": "townhall.lab/1", "machines": [asdict(machine) for machine in found]}
        typer.echo(documents.dumps(document, indent=2))
    else:
        _print(found)
    return 0 if all(machine.state == "running" for machine in found) else 2


@lab.command()
def plug(host: str, socket: str, inventory: Inventory = INVENTORY) -> int:
    """Pull a machine's cable and put it into another wall socket."""
    from orchestrator.errors import UsageError
    from orchestrator.lab.blueprint import Jack
    from orchestrator.lab.up import plug as move
    from orchestrator.load import load

    sockets = load(inventory).sockets
    if socket not in sockets:
        raise UsageError(f"no such socket: {socket}; there are {', '.join(sockets)}")
    move(_site(inventory), host, Jack(sockets[socket].switch, sockets[socket].port))
    return 0


@lab.command()
def packages() -> int:
    """What the images of hosts and switches hold beyond what Debian's installer brings."""
    from orchestrator.lab.images import BASE, SWITCH, ensure_images, held_packages
    from orchestrator.lab.podman import podman

    engine = podman()
    ensure_images(engine, _say, BASE, SWITCH)
    typer.echo("\n".join(sorted(held_packages(engine, BASE, SWITCH))))
    return 0


@lab.command("exec", context_settings={"ignore_unknown_options": True})
def execute(host: str, command: Annotated[list[str], typer.Argument()]) -> int:
    """Run a command on a machine, as somebody who stands in front of it."""
    from orchestrator.lab.podman import podman
    from orchestrator.lab.wiring import space_name

    terminal = ["--interactive", "--tty"] if sys.stdin.isatty() else ["--interactive"]
    call = ["podman", "--log-level", "error", "exec", *terminal, space_name(NAME, host), *command]
    return subprocess.run(call, check=False, env=dict(podman().shell.environment)).returncode


def _site(inventory: Path) -> Site:
    from orchestrator.lab.state import Lab
    from orchestrator.lab.up import survey
    from orchestrator.load import load

    return survey(Lab(inventory=inventory), load(inventory))


def _print(found: tuple[Standing, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("machine", "kind", "container", "control", "address", "port", box=None, pad_edge=False)
    for machine in found:
        color = "green" if machine.state == "running" else "red"
        state = f"[{color}]{machine.state}[/{color}]"
        table.add_row(machine.machine, machine.kind, state, machine.control, machine.address, machine.socket)
    Console().print(table)


def _say(words: str) -> None:
    typer.echo(f"lab: {words}", err=True)
