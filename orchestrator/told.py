"""Writes what came of an apply for the request that asked for it, also when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestrator.errors import TownhallError
from orchestrator.pipeline import Done
from orchestrator.report.outcome_markdown import failed_markdown, nothing_markdown, outcome_markdown
from orchestrator.report.rejected_text import rejected_text


def reported(path: Path | None, act: Callable[[], Done | None]) -> Done | None:
    """Return what an act gives, and leave its words in a file if one is named."""
    if path is None:
        return act()
    try:
        done = act()
    except TownhallError as error:
        path.write_text(failed_markdown(error), encoding="utf-8")
        raise
    words = (
        outcome_markdown(
            done.outcome, done.verdict, done.record, done.retired, rejected_text(done.prospect.rejected)
        )
        if done
        else nothing_markdown()
    )
    path.write_text(words, encoding="utf-8")
    return done
