"""How a run looks while it goes on: a living line per host on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import typer

from orchestrator.apply.observer import Nobody, Observer
from orchestrator.model.outcome import APPLIED, NOT_STARTED, UnitOutcome
from orchestrator.model.plan import PlannedUnit
from orchestrator.model.verdict import Check
from orchestrator.report.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_CHECKS = "checks"
_EVERY = 25


def observer() -> AbstractContextManager[Observer]:
    """Return the observer that fits where the words go."""
    return _on_terminal() if sys.stderr.isatty() and "NO_COLOR" not in os.environ else nullcontext(Lines())


class Quiet(nullcontext[Observer]):
    """For programs: nobody listens."""

    def __init__(self) -> None:
        super().__init__(Nobody())


class Lines(Nobody):
    """One line for each unit's end."""

    def __init__(self) -> None:
        self._began: dict[PlannedUnit, float] = {}
        self._to = sys.stderr
        self._checks = 0

    def unit_started(self, unit: PlannedUnit) -> None:
        """Remember when."""
        self._began[unit] = time.monotonic()

    def unit_finished(self, outcome: UnitOutcome) -> None:
        """Say how it ended."""
        if outcome.state == NOT_STARTED:
            return
        seconds = time.monotonic() - self._began.get(outcome.unit, time.monotonic())
        typer.echo(_line(outcome, seconds), file=self._to)

    def check_finished(self, check: Check) -> None:
        """Say now and then that checks go on."""
        del check
        self._checks += 1
        if self._checks % _EVERY == 0:
            typer.echo(f"  {self._checks} checks tried", file=self._to)


def _line(outcome: UnitOutcome, seconds: float) -> str:
    why = f": {outcome.why}" if outcome.state != APPLIED else f", {outcome.changed} changed"
    return printable(
        f"  {outcome.unit.host:16} {outcome.unit.role:18} {outcome.state} in {seconds:.1f} s{why}"
    )


@contextmanager
def _on_terminal() -> Iterator[Observer]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    from rich.console import Console

    with Progress(*columns, TextColumn("{task.fields[doing]}"), console=Console(file=sys.stderr)) as progress:
        yield Living(progress)


class Living(Nobody):
    """A bar for each host that says what it is doing."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._checks = 0

    def run_started(self, run: str, units: Iterable[PlannedUnit]) -> None:
        """Draw the bars."""
        del run
        hosts = [unit.host for unit in units]
        for host in sorted(set(hosts)):
            self._bars[host] = self._progress.add_task(host, total=hosts.count(host), doing="waits")

    def task_started(self, unit: PlannedUnit, task: str) -> None:
        """Say what the host is doing."""
        self._progress.update(self._bars[unit.host], doing=f"{unit.role}: {task}"[:70])

    def unit_finished(self, outcome: UnitOutcome) -> None:
        """Move the host's bar."""
        doing = f"{outcome.unit.role} {outcome.state}"
        self._progress.update(self._bars[outcome.unit.host], advance=1, doing=doing)

    def check_finished(self, check: Check) -> None:
        """Count the checks on a bar of their own."""
        if _CHECKS not in self._bars:
            self._bars[_CHECKS] = self._progress.add_task(_CHECKS, total=None, doing="")
        doing = f"{check.topic}: {check.sentence}"[:70]
        self._checks += 1
        self._progress.update(self._bars[_CHECKS], completed=self._checks, doing=doing)


@contextmanager
def counting(what: str, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Give what to call with each name that is done: the count stands on one line of a terminal."""
    done: list[str] = []
    alive = not quiet and sys.stderr.isatty()

    def count(name: str) -> None:
        done.append(name)
        if alive:
            typer.echo(f"\r{len(done)} {what}", file=sys.stderr, nl=False)
        elif not quiet and len(done) % _EVERY == 0:
            typer.echo(f"  {len(done)} {what}", file=sys.stderr)

    try:
        yield count
    finally:
        if alive and done:
            typer.echo("", file=sys.stderr)
