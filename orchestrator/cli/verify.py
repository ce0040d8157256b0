"""`townhall verify`: look at the machines themselves."""

from __future__ import annotations

import json as documents
from dataclasses import asdict
from typing import Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory


def verify(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    host: Annotated[list[str] | None, typer.Option(help="only this host; may be repeated")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="only this topic; may be repeated")] = None,
    role: Annotated[list[str] | None, typer.Option(help="only checks of this role; may be repeated")] = None,
    scope: Annotated[str, typer.Option(help="role: one machine at a time; town: also the wire")] = "town",
    json: AsJson = False,
) -> int:
    """Try the town's machines over the real network; one that is well comes out of quarantine."""
    from orchestrator.cli.carry_out import warn
    from orchestrator.cli.progress import Quiet, observer
    from orchestrator.errors import UsageError
    from orchestrator.hands import Hands
    from orchestrator.kept_out import verified
    from orchestrator.model.verdict import Selection
    from orchestrator.pipeline import Options, look, prove
    from orchestrator.report.outcome_text import verdict_json, verdict_text
    from orchestrator.report.quarantine_text import quarantine_text

    if scope not in {"role", "town"}:
        raise UsageError(f"no such scope: {scope}; there are role and town")
    prospect = look(inventory)
    _refuse_unknown("host", host, prospect.wanted.intent.placements)
    _refuse_unknown("role", role, prospect.code.roles)
    selection = Selection(_set(host), _set(role), None, tuple(topic or ()), scope)
    with Quiet() if json else observer() as watching:
        verdict = prove(prospect, Options(watching), selection)
    kept = verified(prospect, selection, verdict, Hands(), warn)
    if json:
        document = verdict_json(verdict) | {"quarantined": [asdict(one) for one in kept]}
        typer.echo(documents.dumps(document, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join([verdict_text(verdict), *map(quarantine_text, kept)]))
    return 0 if verdict.passed else 1


def _set(names: list[str] | None) -> frozenset[str] | None:
    return frozenset(names) if names else None


def _refuse_unknown(kind: str, named: list[str] | None, known: object) -> None:
    from orchestrator.errors import UsageError

    unknown = [name for name in named or () if name not in known]  # type: ignore[operator]
    if unknown:
        raise UsageError(f"no such {kind}: {', '.join(unknown)}")
