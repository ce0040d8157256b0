"""Writes what came of an apply for the request that asked for it, also when it was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from orchestrator.errors import TownhallError
from orchestrator.model.quarantine import Quarantined
from orchestrator.pipeline import Done
from orchestrator.report.outcome_markdown import failed_markdown, nothing_markdown, outcome_markdown
from orchestrator.report.quarantine_text import quarantine_text
from orchestrator.report.rejected_text import rejected_text


def reported(
    path: Path | None, act: Callable[[], Done | None], left_out: Iterable[Quarantined] = ()
) -> Done | None:
    """Return what an act gives, and leave its words in a file if one is named.

    `left_out` holds by then the hosts in quarantine, also where nothing else was to do.
    """
    if path is None:
        return act()
    try:
        done = act()
    except TownhallError as error:
        path.write_text(failed_markdown(error), encoding="utf-8")
        raise
    path.write_text(
        _words(done) if done else nothing_markdown([*map(quarantine_text, left_out)]), encoding="utf-8"
    )
    return done


def _words(done: Done) -> str:
    rejected, kept = rejected_text(done.prospect.rejected), [*map(quarantine_text, done.quarantined)]
    return outcome_markdown(done.outcome, done.verdict, done.record, done.retired, rejected, kept)
