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
    hosts: Annotated[
        int | None, typer.Option(metavar="N", help="yes, this many hosts: more than the town's limits")
    ] = None,
    retire: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="yes, this service may leave; may be given again")
    ] = None,
    accelerate: Annotated[
        bool | None, typer.Option(help="let mitogen carry the tasks; by itself where its versions were tried")
    ] = None,
    language: Annotated[str, typer.Option(help="of the hand-over: sr-Cyrl, sr-Latn or en")] = "",
    json: AsJson = False,
) -> int:
    """Do exactly what the plan says, prove it on the machines and remember it."""
    from orchestrator.apply.ansible import why_not_accelerated
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.consent import hold_consent
    from orchestrator.errors import UsageError
    from orchestrator.pipeline import Options, apply_town
    from orchestrator.plan.consent import Consent

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

    with observer() if not json else Quiet() as watching:
        done = apply_town(inventory, agreed, Options(watching, ask, accelerate))
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
    from orchestrator.report.plan_text import plan_text

    return plan_text(prospect.plan)


def _nothing(json: bool) -> str:
    document: dict[str, object] = {"schema": "townhall.apply/1", "record": None}
    document |= {"units": [], "checks": [], "retired": []}
    return documents.dumps(document) if json else "nothing was changed"


def _told(done: Done, language: str) -> str:
    from orchestrator.pipeline import handed_over
    from orchestrator.report.handover import hand_over_text
    from orchestrator.report.outcome_text import outcome_text, verdict_text

    language = language or done.prospect.wanted.town.identity.language
    parts = [outcome_text(done.outcome), verdict_text(done.verdict)]
    parts += [f"  retired: {', '.join(done.retired)}"] if done.retired else []
    parts.append(f"ledger record {done.record}")
    return "\n\n".join([*parts, *(hand_over_text(summary, language) for summary in handed_over(done))])


def _document(done: Done) -> str:
    from orchestrator.report.outcome_text import outcome_json, verdict_json

    parts: dict[str, object] = {
        "schema": "townhall.apply/1",
        "record": done.record,
        "succeeded": done.succeeded,
        "retired": list(done.retired),
    }
    return documents.dumps(
        {**parts, **outcome_json(done.outcome), "checks": verdict_json(done.verdict)["checks"]},
        ensure_ascii=False,
        indent=2,
    )
