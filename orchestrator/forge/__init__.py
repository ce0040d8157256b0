"""Forge: tells a request what it would do, in one comment that is kept up to date."""

from orchestrator.forge.comment import comment

__all__ = ["comment"]
