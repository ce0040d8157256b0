"""`townhall check`: judge every line, alone and as it would stand when merged, and put addresses right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestrator.cli.options import DEFAULT_INVENTORY, AsJson, Inventory
from orchestrator.errors import Refused, UsageError

if TYPE_CHECKING:
    from orchestrator.against import Judged, Names
    from orchestrator.load.fix import Fix
    from orchestrator.model.suggestion import Suggestion
    from orchestrator.model.town import Town

SCHEMA = "townhall.check/1"
SUGGESTIONS = "townhall.suggestions/1"
PENDING = 2

Revision = str | None
Revisions = list[str] | None


def check(  # noqa: PLR0913, PLR0917
    inventory: Inventory = DEFAULT_INVENTORY,
    fix: Annotated[
        bool, typer.Option("--fix", help="fill in missing addresses, renew those of moved PCs")
    ] = False,
    merge_base: Annotated[
        Revision, typer.Option("--merge-base", metavar="REV", help="judge also what a merge into REV gives")
    ] = None,
    head: Annotated[
        Revision, typer.Option("--head", metavar="REV", help="the request; else what lies in the folder")
    ] = None,
    other: Annotated[
        Revisions, typer.Option("--other", metavar="REV", help="another open request; may be given again")
    ] = None,
    suggestions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="where to write the suggested lines, as JSON"),
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="look for secrets in what is about to be committed, and no more")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Check every line; errors name place, value, reason and remedy.

    With --head nothing is written: --fix then suggests lines, and exits with 2 if there are any.
    """
    if staged:
        return _staged()
    if merge_base is None:
        if head or other or suggestions:
            raise UsageError("--head, --other and --suggestions need --merge-base, the branch to merge into")
        town, fixes = _alone(inventory, fix)
        _print(town, fixes, (), as_json)
        return 0
    from orchestrator.against import Names

    judged = _judged(inventory, Names(merge_base, head, tuple(other or ())), fix)
    if suggestions is not None:
        suggestions.write_text(_offered(judged.suggestions), encoding="utf-8")
    if judged.problems:
        raise Refused(judged.problems)
    if head is None:
        _write(inventory, judged)
    _print(judged.town, judged.fixes, judged.suggestions, as_json)
    return PENDING if head and judged.suggestions else 0


def _staged() -> int:
    import os

    from orchestrator.git import Repository
    from orchestrator.shown_secrets import staged_secrets

    index = os.environ.get("GIT_INDEX_FILE")
    git = Repository(
        Repository(Path()).top(), {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
    )
    problems = tuple(staged_secrets(git))
    if problems:
        raise Refused(problems)
    typer.echo("no secret in clear is about to be committed")
    return 0


def _alone(inventory: Path, fix: bool) -> tuple[Town, tuple[Fix, ...]]:
    from orchestrator.desired import following
    from orchestrator.flows.rules import hold_rules
    from orchestrator.load import load_files
    from orchestrator.load.files import right_files, write_files
    from orchestrator.load.fix import fix as fix_files
    from orchestrator.role_specs import hold

    before = right_files(inventory)
    after, fixes = fix_files(before) if fix else (before, ())
    town = load_files(after, inventory, date.today())
    wanted = following(town)
    hold(wanted.rendering)
    hold_rules(town, wanted.rendering)
    write_files(inventory, before, after)
    _nag(inventory, town, after)
    return town, fixes


def _nag(inventory: Path, town: Town, files: Mapping[str, str]) -> None:
    """Refuse while something is in force that nobody merged."""
    from orchestrator.ground import open_glass

    problems = tuple(open_glass(inventory, town, files))
    if problems:
        raise Refused(problems)


def _judged(inventory: Path, names: Names, fix: bool) -> Judged:
    from orchestrator.against import judge_request

    return judge_request(inventory, names, fix, date.today())


def _write(inventory: Path, judged: Judged) -> None:
    from orchestrator.load.files import write_files

    write_files(inventory, judged.before, judged.after)


def _offered(suggestions: Sequence[Suggestion]) -> str:
    lines = [asdict(suggestion) for suggestion in suggestions]
    return json.dumps({"schema": SUGGESTIONS, "suggestions": lines}, ensure_ascii=False, indent=2) + "\n"


def _print(town: Town, fixes: tuple[Fix, ...], suggestions: Sequence[Suggestion], as_json: bool) -> None:
    counts = {
        "hosts": len(town.hosts),
        "people": len(town.people),
        "networks": len(town.networks),
        "flows": len(town.flows),
    }
    if as_json:
        done = [{key: str(value) for key, value in asdict(entry).items() if value} for entry in fixes]
        offered = [asdict(suggestion) for suggestion in suggestions]
        document = {
            "schema": SCHEMA,
            "town": town.identity.name,
            **counts,
            "fixes": done,
            "suggestions": offered,
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for entry in fixes:
        typer.echo(str(entry))
    words = ", ".join(f"{count} {what}" for what, count in counts.items())
    typer.echo(f"{town.identity.name}: {words}: every line is right")
