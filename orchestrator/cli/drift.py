"""`townhall drift`: what was changed by hand."""

from __future__ import annotations

import json as documents
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.carry_out import Wish, carried_out
from orchestrator.cli.options import (
    DEFAULT_INVENTORY,
    AsJson,
    DespiteFreeze,
    Inventory,
    Touching,
    Yes,
    consent,
)

if TYPE_CHECKING:
    from orchestrator.model.drift import Drift
    from orchestrator.plan.consent import Consent

FOUND = 2
QUESTION = "put this back?"


def drift(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    host: Annotated[list[str] | None, typer.Option(help="only this host; may be repeated")] = None,
    revert: Annotated[bool, typer.Option("--revert", help="run the units again that were changed")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="write into the inventory what one of its lines explains")
    ] = False,
    attest: Annotated[
        bool, typer.Option("--attest", help="take what stands on the machines now as right")
    ] = False,
    yes: Yes = False,
    touching: Touching = 0,
    despite_freeze: DespiteFreeze = "",
    json: AsJson = False,
) -> int:
    """Say what was changed by hand since the last apply, the most urgent first; exit 2 if anything was.

    Every machine is asked over one connection and changes nothing by it.
    """
    from orchestrator.errors import UsageError
    from orchestrator.report.drift_text import drift_json, drift_text

    if revert + adopt + attest > 1:
        raise UsageError("--revert, --adopt and --attest are three answers: say one of them")
    if json and (revert or attest) and not yes:
        raise UsageError("--json asks no questions: say --yes with it")
    if attest:
        return _attested(inventory, host, yes)
    found = _found(inventory, host, quiet=json)
    if adopt:
        return _adopted(inventory, found, json)
    if revert:
        if not json:
            typer.echo(drift_text(found))
        code = _reverted(
            inventory, found, Wish(yes, json, question=QUESTION), consent(touching, None, despite_freeze)
        )
        if code:
            return code
        found = _found(inventory, host, quiet=json)
    typer.echo(
        documents.dumps(drift_json(found), ensure_ascii=False, indent=2) if json else drift_text(found)
    )
    return _exit_code(found)


def _exit_code(found: Drift) -> int:
    return 1 if found.silent else 0 if found.is_none else FOUND


def _found(inventory: Path, hosts: list[str] | None, quiet: bool) -> Drift:
    from orchestrator.cli.progress import counting
    from orchestrator.drifted import find_drift

    with counting("hosts have answered", quiet) as heard:
        return find_drift(inventory, _named(inventory, hosts), heard)


def _named(inventory: Path, hosts: list[str] | None) -> tuple[str, ...] | None:
    from orchestrator.cli.hosts import known
    from orchestrator.desired import desired

    if not hosts:
        return None
    wanted = desired(inventory)
    return tuple(known(wanted, host) for host in hosts)


def _reverted(inventory: Path, found: Drift, wish: Wish, allowed: Consent) -> int:
    """Run the drifted units; 1 if a unit or a check failed, 0 also where there was nothing to run."""
    from orchestrator.cli.done import told
    from orchestrator.drifted import reverting
    from orchestrator.pipeline import Options

    options = Options(consent=allowed, narrow=reverting(found), doing="townhall drift --revert")
    done = carried_out(inventory, wish, options)
    if done and not wish.json:
        typer.echo(told(done, ""))
    return 0 if done is None or done.succeeded else 1


def _adopted(inventory: Path, found: Drift, json: bool) -> int:
    from orchestrator.adopted import adopt
    from orchestrator.report.drift_text import adoptions_json, adoptions_text, drift_json

    adoptions = adopt(inventory, found)
    document = {**drift_json(found), "adopted": adoptions_json(adoptions)}
    typer.echo(
        documents.dumps(document, ensure_ascii=False, indent=2) if json else adoptions_text(found, adoptions)
    )
    left = {one.words for one in found.differences} - {one.difference.words for one in adoptions}
    return 1 if found.silent else FOUND if left or found.unattested else 0


def _attested(inventory: Path, hosts: list[str] | None, yes: bool) -> int:
    from orchestrator.drifted import attest

    named = _named(inventory, hosts)
    whom = ", ".join(named) if named else "every host"
    if not yes:
        typer.confirm(f"take what stands on {whom} now as right?", default=False, abort=True)
    said = attest(inventory, named)
    silent = {host: one.why for host, one in sorted(said.items()) if not one.reached}
    typer.echo(
        f"{len(said) - len(silent)} of {len(said)} hosts were looked at; what stands there now is right"
    )
    typer.echo("".join(f"  {host:16} no answer: {why}\n" for host, why in silent.items()), nl=False)
    return 1 if silent else 0
