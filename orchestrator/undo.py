"""Finds what a run is undone to: the inventory that the ledger remembers from before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from orchestrator.errors import Problem, Refused, UsageError
from orchestrator.load import load
from orchestrator.model.ground import UNDO, Ground, Run
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.record.runs import inventory_of, runs

_NAMED = 5


def undoing(root: Path, name: str) -> tuple[Run, Ground]:
    """Return a run and the ground on which it is undone; raises Refused where nothing leads back."""
    path = ledger_path(load(root))
    if not path.exists():
        raise UsageError(f"{path}: there is no ledger, so no run is remembered")
    with closing(Ledger(path)) as ledger:
        known = runs(ledger)
        place = next((place for place, run in enumerate(known) if run.name == name), None)
        if place is None:
            newest = ", ".join(run.name for run in known[:_NAMED]) or "none"
            raise UsageError(f"no such run: {name}; the newest are {newest}")
        problems = list(_later(known[:place], name))
        before = known[place + 1] if place + 1 < len(known) else None
        files = inventory_of(ledger, before) if before else None
    if files is None and not problems:
        reason = "the ledger remembers no inventory from before it"
        remedy = "revert its commit and apply that (git revert)"
        problems.append(Problem(f"ledger:{known[place].record}", "TH-UNDO-FIRST", name, reason, remedy))
    if problems:
        raise Refused(problems)
    return known[place], Ground(UNDO, files or {}, known[place].commit, name)


def _later(later: tuple[Run, ...], name: str) -> Iterator[Problem]:
    for run in later:
        reason = f"ran after {name}, and its changes would be lost without a word"
        yield Problem(
            f"ledger:{run.record}", "TH-UNDO-LATER", run.name, reason, f"townhall undo {run.name} first"
        )
