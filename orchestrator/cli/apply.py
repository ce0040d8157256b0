"""`townhall apply`: do what the plan says, prove it, remember it."""

from __future__ import annotations

import json as documents
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.model.interrupted import Interrupted
    from orchestrator.pipeline import Done, Prospect


Yes = Annotated[bool, typer.Option("--yes", help="do not ask before the first change")]
Accelerate = Annotated[
    bool | None, typer.Option(help="let mitogen carry the tasks; by itself where its versions were tried")
]
Language = Annotated[str, typer.Option(help="of the hand-over: sr-Cyrl, sr-Latn or en")]


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
    touching: Annotated[
        int, typer.Option(metavar="N", min=0, help="yes, N hosts, although policy.yml has a lower limit")
    ] = 0,
    despite_freeze: Annotated[
        str, typer.Option("--despite-freeze", metavar="WHY", help="do not wait for the end of a freeze")
    ] = "",
    accelerate: Accelerate = None,
    language: Language = "",
    json: AsJson = False,
) -> int:
    """Do exactly what the plan says, prove it on the machines and remember it."""
    wish = Wish(yes, ask, accelerate, language, json, touching=touching, despite_freeze=despite_freeze)
    return carry_out(inventory, _saved(plan, also_backlog), wish)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller wants of a run: `rest` is to go on with one that was cut off, and no more."""

    yes: bool
    ask: bool
    accelerate: bool | None
    language: str
    json: bool
    rest: bool = False
    touching: int = 0
    despite_freeze: str = ""


def carry_out(inventory: Path, held: Callable[[Prospect], None], wish: Wish) -> int:
    """Apply, tell what became of it, and return the exit code; `held` refuses what was not agreed to."""
    from orchestrator.apply.ansible import why_not_accelerated
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.errors import UsageError
    from orchestrator.pipeline import Options, apply_town
    from orchestrator.plan.restraints import Consent

    if wish.json and not wish.yes:
        raise UsageError("--json asks no questions: say --yes with it")
    accelerate = not why_not_accelerated() if wish.accelerate is None else wish.accelerate
    cut_off: list[Interrupted] = []

    def agreed(prospect: Prospect) -> bool:
        held(prospect)
        if not wish.json:
            typer.echo(_shown(prospect))
        return wish.yes or typer.confirm("apply this?", default=False)

    def told(cut: Interrupted) -> None:
        cut_off.append(cut)
        if not wish.json:
            typer.echo(_cut_off(cut))

    consent = Consent(wish.touching, wish.despite_freeze)
    with observer() if not wish.json else Quiet() as watching:
        options = Options(watching, wish.ask, accelerate, consent, wish.rest, told)
        done = apply_town(inventory, agreed, options)
    if done is None:
        typer.echo(_nothing(wish.json, wish.rest and not cut_off))
        return 0
    typer.echo(_document(done) if wish.json else _told(done, wish.language))
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


def _cut_off(cut: Interrupted) -> str:
    from orchestrator.report.interrupted_text import interrupted_text

    return interrupted_text(cut)


def _nothing(json: bool, whole: bool) -> str:
    document: dict[str, object] = {"schema": "townhall.apply/1", "record": None, "units": [], "checks": []}
    words = "nothing was interrupted: the last run came to its end" if whole else "nothing was changed"
    return documents.dumps(document) if json else words


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
