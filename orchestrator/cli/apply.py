"""`townhall apply`: do what the plan says, prove it, remember it."""

from __future__ import annotations

import json as documents
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.pipeline import Done, Prospect


def apply(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before the first change")] = False,
    ask: Annotated[
        bool, typer.Option("--ask", help="read every machine's stamps, not only those of the plan")
    ] = False,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="only what this kept plan says")
    ] = None,
    also_backlog: Annotated[
        bool, typer.Option("--also-backlog", help="with the plan of a request: also units it did not hold")
    ] = False,
    touching: Annotated[
        int, typer.Option(metavar="N", min=0, help="yes, N hosts, although policy.yml has a lower limit")
    ] = 0,
    despite_freeze: Annotated[
        str, typer.Option("--despite-freeze", metavar="WHY", help="do not wait for the end of a freeze")
    ] = "",
    accelerate: Annotated[
        bool | None, typer.Option(help="let mitogen carry the tasks; by itself where its versions were tried")
    ] = None,
    language: Annotated[str, typer.Option(help="of the hand-over: sr-Cyrl, sr-Latn or en")] = "",
    json: AsJson = False,
) -> int:
    """Do exactly what the plan says, prove it on the machines and remember it."""
    from orchestrator.apply.ansible import why_not_accelerated
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.errors import UsageError
    from orchestrator.pipeline import Options, apply_town
    from orchestrator.plan.restraints import Consent

    if accelerate is None:
        accelerate = not why_not_accelerated()
    if json and not yes:
        raise UsageError("--json asks no questions: say --yes with it")

    saved = _saved(plan, also_backlog)

    def agreed(prospect: Prospect) -> bool:
        saved(prospect)
        if not json:
            typer.echo(_shown(prospect))
        return yes or typer.confirm("apply this?", default=False)

    with observer() if not json else Quiet() as watching:
        done = apply_town(
            inventory, agreed, Options(watching, ask, accelerate, Consent(touching, despite_freeze))
        )
    if done is None:
        typer.echo(_nothing(json))
        return 0
    typer.echo(_document(done) if json else _told(done, language))
    return 0 if done.succeeded else 1


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
    from orchestrator.outlook import outlook
    from orchestrator.report.plan_text import plan_text

    return plan_text(outlook(prospect.foreseen, prospect.root))


def _nothing(json: bool) -> str:
    document: dict[str, object] = {"schema": "townhall.apply/1", "record": None, "units": [], "checks": []}
    return documents.dumps(document) if json else "nothing was changed"


def _told(done: Done, language: str) -> str:
    from orchestrator.pipeline import handed_over
    from orchestrator.report.handover import hand_over_text
    from orchestrator.report.outcome_text import outcome_text, verdict_text

    language = language or done.prospect.wanted.town.identity.language
    parts = [outcome_text(done.outcome), verdict_text(done.verdict), f"ledger record {done.record}"]
    return "\n\n".join([*parts, *(hand_over_text(summary, language) for summary in handed_over(done))])


def _document(done: Done) -> str:
    from orchestrator.report.outcome_text import outcome_json, verdict_json

    parts = {"schema": "townhall.apply/1", "record": done.record, "succeeded": done.succeeded}
    return documents.dumps(
        {**parts, **outcome_json(done.outcome), "checks": verdict_json(done.verdict)["checks"]},
        ensure_ascii=False,
        indent=2,
    )
