"""Apply: run the pending units on the machines and remember what became of each."""

from orchestrator.apply.run import apply

__all__ = ["apply"]
