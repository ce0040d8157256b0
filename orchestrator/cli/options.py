"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orchestrator.plan.consent import Consent

Inventory = Annotated[
    Path, typer.Option("-i", "--inventory", metavar="PATH", help="the town's folder", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="a document for programs")]

Yes = Annotated[bool, typer.Option("--yes", help="do not ask before the first change")]
Accelerate = Annotated[
    bool | None, typer.Option(help="let mitogen carry the tasks; by itself where its versions were tried")
]
Language = Annotated[str, typer.Option(help="of the hand-over: sr-Cyrl, sr-Latn or en")]
Touching = Annotated[
    int, typer.Option(metavar="N", min=0, help="yes, N hosts, although policy.yml has a lower limit")
]
Retire = Annotated[
    list[str] | None, typer.Option(metavar="HOST", help="yes, this service may leave; may be given again")
]
DespiteFreeze = Annotated[
    str, typer.Option("--despite-freeze", metavar="WHY", help="do not wait for the end of a freeze")
]

DEFAULT_INVENTORY = Path("inventories/stari_grad")


def consent(touching: int, retire: list[str] | None, despite_freeze: str, reviewed: bool = False) -> Consent:
    """What a person allowed by these options, and by a kept plan."""
    from orchestrator.plan.consent import Consent

    return Consent(touching, frozenset(retire or ()), despite_freeze, reviewed)
