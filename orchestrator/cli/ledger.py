"""`townhall ledger`: what was done and proven, and whether that memory is whole."""

from __future__ import annotations

import json as documents
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory

if TYPE_CHECKING:
    from orchestrator.model.record import Record
    from orchestrator.record import Ledger

ledger = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="What was done and proven, and whether that is whole."
)


@ledger.command()
def show(
    inventory: Inventory = DEFAULT_INVENTORY,
    host: Annotated[str, typer.Option(help="only records of this host")] = "",
    run: Annotated[str, typer.Option(help="only records of this run")] = "",
    newest: Annotated[int, typer.Option(help="how many records, the last ones")] = 40,
    json: AsJson = False,
) -> int:
    """Print records, the newest last."""
    records = list(_ledger(inventory).records(run, host, newest))
    if json:
        document = {"schema": "townhall.ledger/1", "records": [_document(record) for record in records]}
        typer.echo(documents.dumps(document, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(map(_line, records)) or "nothing is recorded")
    return 0


@ledger.command()
def verify(inventory: Inventory = DEFAULT_INVENTORY) -> int:
    """Follow the chain from the first record to the last; exit 1 at the first that was touched.

    The signed head answers for all records up to it: by this machine's key, or one of the list of signers.
    """
    from orchestrator.errors import LedgerError

    kept = _ledger(inventory)
    if fault := kept.fault():
        raise LedgerError(f"{kept.path}: {fault}")
    records, signed = kept.state().record, kept.heads.signed()
    typer.echo(f"{kept.path}: {records} records, each as it was written")
    if signed:
        typer.echo(f"signed up to record {signed.number}, at {signed.at}")
        if left := records - signed.number:
            typer.echo(f"{left} not signed yet: a run is at work, or was cut off")
    return 0


@ledger.command()
def sign(
    inventory: Inventory = DEFAULT_INVENTORY,
    reason: Annotated[str, typer.Option(help="why it is right as it stands; is kept in it")] = "",
) -> int:
    """Answer for a ledger that no known key signed: of before heads were signed, or by a lost key.

    Look at it first: who signs says that all of it is as it was written. The chain must be whole.
    """
    from orchestrator.apply.lock import who
    from orchestrator.errors import UsageError
    from orchestrator.record.vouched import vouch

    if not reason.strip() or not reason.isprintable():
        raise UsageError("--reason is one line of plain text: why the ledger is right as it stands")
    typer.echo(vouch(_ledger(inventory), who(), reason))
    return 0


@ledger.command()
def key() -> int:
    """Print the key that signs this machine's plans and ledgers, as a line for a list of signers."""
    from socket import gethostname

    from orchestrator.record.place import own_directory
    from orchestrator.signer import LEDGER, PLAN, Signer

    typer.echo(f'townhall@{gethostname()} namespaces="{PLAN},{LEDGER}" {Signer(own_directory()).public()}')
    return 0


@ledger.command()
def rebuild(inventory: Inventory = DEFAULT_INVENTORY) -> int:
    """Ask every machine for its stamps and remember them; for a ledger that was lost."""
    from orchestrator.pipeline import rebuild_ledger

    typer.echo(f"{rebuild_ledger(inventory)} units were found on the machines")
    return 0


def _ledger(inventory: Inventory) -> Ledger:
    from orchestrator.load import load
    from orchestrator.record import Ledger
    from orchestrator.record.place import ledger_path

    return Ledger(ledger_path(load(inventory)))


def _line(record: Record) -> str:
    from orchestrator.report.printable import printable

    entry = record.entry
    unit = f"{entry.role} on {entry.host}" if entry.role else entry.host
    head = f"{record.number:6} {record.at:25} {entry.run:24} {entry.kind:10}"
    return printable(f"{head} {unit} {entry.details[:100]}".rstrip())


def _document(record: Record) -> dict[str, object]:
    from dataclasses import asdict

    entry = asdict(record.entry)
    details = entry.pop("details")
    return {
        "number": record.number,
        "at": record.at,
        **entry,
        "details": documents.loads(details or "{}"),
        "hash": record.hash,
    }
