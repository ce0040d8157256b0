"""`townhall onboard`: one machine, one line, complete and in its place."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory
from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.load.onboard import Machine, Onboarded

SCHEMA = "townhall.onboard/1"

Text = str | None


def onboard(  # noqa: PLR0913, PLR0917
    name: Annotated[Text, typer.Argument(help="the machine's name, at most 15 characters")] = None,
    mac: Annotated[Text, typer.Option(help="from its label; AA-BB-CC-DD-EE-FF is taken too")] = None,
    socket: Annotated[Text, typer.Option(help="the wall socket that it is plugged into")] = None,
    person: Annotated[Text, typer.Option(help="the account of the person who gets it")] = None,
    department: Annotated[Text, typer.Option(help="instead of a person: who shares it")] = None,
    platform: Annotated[str, typer.Option(help="what it runs")] = "debian13",
    address: Annotated[Text, typer.Option(help="a certain address; else the next free one")] = None,
    asset_serial: Annotated[Text, typer.Option(help="the number on its own label")] = None,
    description: Annotated[Text, typer.Option(help="a few words")] = None,
    inventory: Inventory = DEFAULT_INVENTORY,
    as_json: AsJson = False,
) -> int:
    """Add one machine: its line, with the next free address, at the end of the workstations.

    The same call again changes nothing. Asks for what is missing when a person is at the keyboard.
    """
    from orchestrator.load.onboard import Machine

    given = {"name": name, "mac": mac, "socket": socket, "person": person or department}
    asked = _asked(given, inventory, as_json)
    if not department:
        person = asked["person"]
    machine = Machine(
        name=asked["name"],
        mac=asked["mac"].strip().lower().replace("-", ":"),
        address=address,
        socket=asked["socket"],
        person=person,
        department=department,
        platform=platform,
        asset_serial=asset_serial,
        description=description,
    )
    done = _add(machine, inventory)
    _print(done, inventory, as_json)
    return 0


def _add(machine: Machine, inventory: Path) -> Onboarded:
    from orchestrator.desired import following
    from orchestrator.load import load_files
    from orchestrator.load.files import right_files, write_files
    from orchestrator.load.onboard import onboard as add

    before = right_files(inventory)
    done = add(before, machine)
    following(load_files(done.files, inventory, date.today()))
    write_files(inventory, before, done.files)
    return done


_QUESTIONS = {
    "name": "Name of the machine, such as lab-pc-0003",
    "mac": "MAC from its label, such as 52:54:00:12:00:03",
    "socket": "Wall socket, such as A-103-2",
    "person": "Account of its person, such as m.petrovic",
}


def _asked(given: dict[str, str | None], inventory: Path, as_json: bool) -> dict[str, str]:
    """What was given, and answers for what was not."""
    missing = [key for key, value in given.items() if not value]
    if missing and (as_json or not sys.stdin.isatty()):
        wanted = ", ".join("NAME" if key == "name" else f"--{key}" for key in missing)
        raise UsageError(f"missing: {wanted}; see `townhall onboard --help`")
    hints = _hints(inventory) if missing else {}
    found = {key: value for key, value in given.items() if value}
    for key in missing:
        if hints.get(key):
            typer.echo(f"  free: {hints[key]}")
        found[key] = str(typer.prompt(_QUESTIONS[key])).strip()
    return found


def _hints(inventory: Path) -> dict[str, str]:
    """Sockets without a machine and people without a PC, a dozen of each."""
    from orchestrator.load.files import read_files
    from orchestrator.load.problems import Problems
    from orchestrator.load.reading import read_draft

    draft = read_draft(read_files(inventory, Problems()), None, Problems())
    sockets = sorted(set(draft.sockets) - {line.socket for line in draft.hosts.values()})
    served = {line.person for line in draft.hosts.values()}
    people = [key for key, person in sorted(draft.people.items()) if key not in served and not person.left]
    return {"socket": ", ".join(sockets[:12]), "person": ", ".join(people[:12])}


def _print(done: Onboarded, inventory: Path, as_json: bool) -> None:
    place = f"{inventory}/{done.source}"
    if as_json:
        document = {"schema": SCHEMA, "place": place, "line": done.line, "changed": done.changed}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{place}:{'' if done.changed else ' stands there already, nothing was changed'}")
    typer.echo(f"    {done.line}")
    if done.mark_removed:
        typer.echo(f"{inventory}/{done.mark_removed}: the mark without_pc was removed")
    typer.echo(
        f"Next: townhall plan -i {inventory}    then, once it is merged: townhall apply -i {inventory}"
    )
