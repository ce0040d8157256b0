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
        problems = list(_later(known[:place], known[place]))
        before = _before(known, place)
        files = inventory_of(ledger, before) if before else None
    if files is None and not problems:
        reason = "the ledger remembers no inventory from before it"
        remedy = "revert its commit and apply that (git revert)"
        problems.append(Problem(f"ledger:{known[place].record}", "TH-UNDO-FIRST", name, reason, remedy))
    if problems:
        raise Refused(problems)
    return known[place], Ground(UNDO, files or {}, known[place].commit, name)


def _before(known: tuple[Run, ...], place: int) -> Run | None:
    """The run before one; a run that only went on with another that was cut off is one with it."""
    run, earlier = known[place], known[place + 1 :]
    for older in earlier:
        if older.name != run.cut_off or older.files != run.files:
            return older
        run = older
    return None


def _later(later: tuple[Run, ...], undone: Run) -> Iterator[Problem]:
    """A run of the same inventory is in nobody's way: it only did what this one had left."""
    name = undone.name
    for run in later:
        if run.files and run.files == undone.files:
            continue
        reason = f"ran after {name}, and its changes would be lost without a word"
        yield Problem(
            f"ledger:{run.record}", "TH-UNDO-LATER", run.name, reason, f"townhall undo {run.name} first"
        )
