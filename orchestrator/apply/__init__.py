"""Apply: run the pending units on the machines and remember what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.apply.run import apply

__all__ = ["apply"]


def __getattr__(name: str) -> object:
    """Import the door when it is opened: a plan only reads digests here and starts sooner so."""
    if name != "apply":
        raise AttributeError(name)
    from orchestrator.apply import run

    return run.apply
