"""`townhall apply`: do what the plan says, prove it, remember it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.carry_out import Wish, carry_out, warn
from orchestrator.cli.options import (
    DEFAULT_INVENTORY,
    Accelerate,
    AsJson,
    DespiteFreeze,
    Inventory,
    Language,
    Retire,
    Touching,
    Yes,
    consent,
)

if TYPE_CHECKING:
    from orchestrator.cli.carry_out import Around
    from orchestrator.prospect import Prospect

HOUR = 60


def apply(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    ask: Annotated[
        bool, typer.Option("--ask", help="read every machine's stamps, not only those of the plan")
    ] = False,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="only what this kept plan says")
    ] = None,
    also_backlog: Annotated[
        bool, typer.Option("--also-backlog", help="with the plan of a request: also units it did not hold")
    ] = False,
    touching: Touching = 0,
    retire: Retire = None,
    despite_freeze: DespiteFreeze = "",
    release: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="out of quarantine, whatever it says")
    ] = None,
    commit: Annotated[
        str, typer.Option(metavar="SHA", help="only this merged commit; waits while others apply")
    ] = "",
    into: Annotated[
        str, typer.Option(metavar="REV", help="the branch it is merged into; else origin's main")
    ] = "",
    wait: Annotated[
        int | None, typer.Option(metavar="MINUTES", min=0, help="for another apply; with --commit an hour")
    ] = None,
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="what is not merged too: the forge is down")
    ] = False,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="with --break-glass: why; the ledger keeps it")
    ] = "",
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write what came of it as Markdown, for the request")
    ] = None,
    accelerate: Accelerate = None,
    language: Language = "",
    json: AsJson = False,
) -> int:
    """Do exactly what the plan says, prove it on the machines and remember it.

    Outside of a lab only what is merged is applied, or with --break-glass what a person answers for. Where
    hosts in quarantine were left out it ends with 2 at best: changes are pending there.
    """
    from orchestrator.ground import Footing
    from orchestrator.pipeline import Options

    held, reviewed = _saved(plan, also_backlog), plan is not None and not also_backlog
    options = Options(
        ask_everyone=ask,
        consent=consent(touching, retire, despite_freeze, reviewed),
        footing=Footing(commit, into, _glass(break_glass, reason)),
        released=frozenset(release or ()),
        doing=_doing(commit, reason),
    )
    around = _patient((HOUR if commit else 0) if wait is None else wait, report)
    return carry_out(inventory, Wish(yes, json, accelerate, language), options, held, around)


def _patient(minutes: int, report: Path | None) -> Around:
    """What lets an act wait for others, and writes its words into a file."""
    from orchestrator.patience import patiently
    from orchestrator.told import reported

    return lambda act, left_out: reported(report, lambda: patiently(act, minutes * 60, warn), left_out)


def _doing(commit: str, reason: str) -> str:
    """What others are told of this run while they wait for it."""
    of_commit = f" --commit {commit[:12]}" if commit else ""
    why = f" --break-glass --reason '{reason}'" if reason else ""
    return f"townhall apply{of_commit}{why}"


def _glass(wanted: bool, reason: str) -> str:
    """The reason for which the glass is broken; nothing if it is whole."""
    from orchestrator.errors import UsageError

    reason = " ".join(reason.split())
    if wanted != bool(reason):
        raise UsageError("--break-glass and --reason TEXT go together: the ledger keeps why")
    if not reason.isprintable():
        raise UsageError("--reason is one line of plain text")
    return reason


def _saved(plan: Path | None, also_backlog: bool) -> Callable[[Prospect], None]:
    """What holds a prospect to the kept plan; without one, nothing does."""
    from orchestrator.errors import UsageError

    if plan is None:
        if also_backlog:
            raise UsageError("--also-backlog speaks of a kept plan: say --plan with it")
        return lambda _: None
    from orchestrator.saved_plan import hold_to, read_saved

    saved = read_saved(plan)
    return lambda prospect: hold_to(saved, prospect, plan, also_backlog)
