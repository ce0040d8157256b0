"""`townhall apply`: do what the plan says, prove it, remember it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Hosts, Inventory, Retire, Yes

if TYPE_CHECKING:
    from orchestrator.pipeline import Prospect


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
    hosts: Hosts = None,
    retire: Retire = None,
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
    accelerate: Annotated[
        bool | None, typer.Option(help="let mitogen carry the tasks; by itself where its versions were tried")
    ] = None,
    language: Annotated[str, typer.Option(help="of the hand-over: sr-Cyrl, sr-Latn or en")] = "",
    json: AsJson = False,
) -> int:
    """Do exactly what the plan says, prove it on the machines and remember it.

    Outside of a lab only what is merged is applied, or with --break-glass what a person answers for.
    """
    from orchestrator.apply.ansible import why_not_accelerated
    from orchestrator.cli.done import document, nothing, told
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.consent import hold_consent
    from orchestrator.errors import UsageError
    from orchestrator.ground import Wish
    from orchestrator.patience import patiently
    from orchestrator.pipeline import Options, apply_town
    from orchestrator.plan.consent import Consent
    from orchestrator.told import reported

    if accelerate is None:
        accelerate = not why_not_accelerated()
    if json and not yes:
        raise UsageError("--json asks no questions: say --yes with it")

    saved, consent = _saved(plan, also_backlog), Consent(hosts, frozenset(retire or ()))

    def agreed(prospect: Prospect) -> bool:
        saved(prospect)
        hold_consent(prospect, consent, reviewed=plan is not None)
        if not json:
            typer.echo(_shown(prospect))
        return yes or typer.confirm("apply this?", default=False)

    patience = (60 if commit else 0) if wait is None else wait
    with observer() if not json else Quiet() as watching:
        options = Options(watching, ask, accelerate, Wish(commit, into, _glass(break_glass, reason)))
        done = reported(
            report, lambda: patiently(lambda: apply_town(inventory, agreed, options), patience * 60, warn)
        )
    if done is None:
        typer.echo(nothing(json))
        return 0
    typer.echo(document(done) if json else told(done, language))
    return 0 if done.succeeded else 1


def warn(message: str) -> None:
    """Say something beside the output."""
    typer.echo(message, err=True)


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


def _shown(prospect: Prospect) -> str:
    from orchestrator.report.plan_text import plan_text

    return plan_text(prospect.plan)
