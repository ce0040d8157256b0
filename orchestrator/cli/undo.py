"""`townhall undo`: take a run back, and say beforehand what does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Hosts, Inventory, Retire, Yes

if TYPE_CHECKING:
    from orchestrator.model.ground import Run
    from orchestrator.pipeline import Prospect


def undo(  # noqa: PLR0913, PLR0917
    run: Annotated[str, typer.Argument(metavar="RUN", help="its name, from townhall ledger show")],
    inventory: Inventory = DEFAULT_INVENTORY,
    yes: Yes = False,
    hosts: Hosts = None,
    retire: Retire = None,
    json: AsJson = False,
) -> int:
    """Apply the inventory as it was before a run, by an ordinary plan; only the newest run can be undone.

    What has no inverse is named first. Until a merged commit says the same, `townhall check` fails.
    """
    from orchestrator.cli.done import document, nothing, told
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.consent import hold_consent
    from orchestrator.errors import UsageError
    from orchestrator.pipeline import Options, apply_town
    from orchestrator.plan.consent import Consent
    from orchestrator.undo import undoing

    if json and not yes:
        raise UsageError("--json asks no questions: say --yes with it")
    undone, ground = undoing(inventory, run)
    consent = Consent(hosts, frozenset(retire or ()))

    def agreed(prospect: Prospect) -> bool:
        hold_consent(prospect, consent, reviewed=False)
        if not json:
            typer.echo(shown(undone, prospect))
        return yes or typer.confirm("undo this?", default=False)

    with observer() if not json else Quiet() as watching:
        done = apply_town(inventory, agreed, Options(watching, ground=ground))
    if done is None:
        typer.echo(nothing(json))
        return 0
    typer.echo(document(done) if json else told(done, ""))
    return 0 if done.succeeded else 1


def shown(undone: Run, prospect: Prospect) -> str:
    """What does not come back, then the plan."""
    from orchestrator.report.plan_text import plan_text

    head = f"undo of {undone.name}, applied by {undone.who} at {undone.at[:16]}"
    stays = [f"  does not come back: {one}" for one in undone.lasting] or ["  every step has an inverse"]
    return "\n".join([head, *stays, "", plan_text(prospect.plan)])
