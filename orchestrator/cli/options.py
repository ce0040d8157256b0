"""Options that every verb shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Inventory = Annotated[
    Path, typer.Option("-i", "--inventory", metavar="PATH", help="the town's folder", show_default=True)
]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask before the first change")]
Hosts = Annotated[
    int | None, typer.Option(metavar="N", help="yes, this many hosts: more than the town's limits")
]
Retire = Annotated[
    list[str] | None, typer.Option(metavar="HOST", help="yes, this service may leave; may be given again")
]
AsJson = Annotated[bool, typer.Option("--json", help="a document for programs")]

DEFAULT_INVENTORY = Path("inventories/stari_grad")
