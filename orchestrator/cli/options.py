"""Options that every verb shares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Inventory = Annotated[
    Path, typer.Option("-i", "--inventory", metavar="PATH", help="the town's folder", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="a document for programs")]

DEFAULT_INVENTORY = Path("inventories/stari_grad")
