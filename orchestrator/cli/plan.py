"""`townhall plan`: what would change, and why."""

from __future__ import annotations

import json as documents
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.model.apply_plan import Foreseen
    from orchestrator.requested import Asked

PENDING = 2
FORMATS = ("text", "markdown", "json")


Ask = Annotated[bool, typer.Option("--ask", help="ask every machine for its stamps, not only the ledger")]
Base = Annotated[str, typer.Option(metavar="REV", help="compare two commits instead: from where they part")]
Head = Annotated[str, typer.Option(metavar="REV", help="with --base: to this one; HEAD if not named")]
Repository = Annotated[
    Path | None,
    typer.Option(metavar="PATH", help="with --base: this repository; -i is then a path inside it"),
]
History = Annotated[
    bool, typer.Option("--history", help="with --base: expect durations from this machine's ledger")
]
Approved = Annotated[
    bool,
    typer.Option("--approved", help="with --base: run its code, which was approved, in a sandbox"),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="keep the plan for apply --plan")]
Valid = Annotated[
    int, typer.Option(metavar="HOURS", min=0, help="with --out: for how long; else a day, a request 14")
]
Format = Annotated[str, typer.Option(help="text, markdown or json")]


def plan(  # noqa: PLR0913, PLR0917 - the options of two plans
    inventory: Inventory = DEFAULT_INVENTORY,
    ask: Ask = False,
    base: Base = "",
    head: Head = "",
    repository: Repository = None,
    history: History = False,
    approved: Approved = False,
    out: Out = None,
    valid: Valid = 0,
    format: Format = "text",
    json: AsJson = False,
) -> int:
    """Say what would change, for whom, and why; exit 2 if anything would.

    Without --base: the inventory as it lies here against what was applied. With --base: a request, read from
    git as data; nothing of it is run, unless --approved.
    """
    shape = _shape("json" if json else format)
    if base:
        from orchestrator.requested import asked

        wish = asked(inventory, base, head or "HEAD", repository, history)
        return _request(wish, approved, shape, (out, valid))
    _only_with_base(head=head, repository=repository, history=history, approved=approved)
    from orchestrator.cli.carry_out import warn
    from orchestrator.outlook import outlook
    from orchestrator.report.quarantine_text import quarantine_text

    found = outlook(_foreseen(inventory, ask, out, valid), inventory)
    for one in found.quarantined:
        warn(quarantine_text(one))
    typer.echo(_told("plan", shape, found))
    return 0 if found.is_empty else PENDING


def _foreseen(inventory: Path, ask: bool, out: Path | None, valid: int) -> Foreseen:
    if not ask and not out:
        from orchestrator.preview import previewed

        return previewed(inventory)
    from orchestrator.apply.host_keys import hold_host_keys
    from orchestrator.cli.carry_out import warn
    from orchestrator.pipeline import lawful, look, look_closer
    from orchestrator.record.quarantine import in_quarantine

    prospect = lawful(look(inventory))
    if ask:
        prospect = look_closer(prospect, prospect.wanted.intent.placements)
        hold_host_keys((), prospect.observed)
    if out:
        from orchestrator.saved_plan import save_apply

        silent = save_apply(out, prospect, valid)
        if silent:
            warn(f"{out} is not held to what a hand changes on {', '.join(silent)}: no answer")
    return replace(prospect.foreseen, quarantined=in_quarantine(prospect.wanted.town))


def _shape(shape: str) -> str:
    from orchestrator.errors import UsageError

    if shape not in FORMATS:
        raise UsageError(f"no such format: {shape}; there are {', '.join(FORMATS)}")
    return shape


def _only_with_base(**options: object) -> None:
    from orchestrator.errors import UsageError

    for name, value in options.items():
        if value:
            raise UsageError(f"--{name} is for requests: say --base with it")


def _request(wish: Asked, approved: bool, shape: str, keep: tuple[Path | None, int]) -> int:
    from orchestrator.requested import requested

    found = requested(wish)
    if approved:
        from orchestrator.approved import with_effect

        found = with_effect(found, wish)
    out, valid = keep
    if out:
        from orchestrator.saved_plan import save_request

        save_request(out, found, wish, valid)
    typer.echo(_told("request", shape, found))
    return 0 if found.is_empty else PENDING


def _told(kind: str, shape: str, found: object) -> str:
    """A plan in one of the formats, each in the file of its name."""
    name = f"{kind}_{shape}"
    said = getattr(import_module(f"orchestrator.report.{name}"), name)(found)
    return str(said) if shape != "json" else documents.dumps(said, ensure_ascii=False, indent=2)
