"""Who takes part in a verification."""

from __future__ import annotations

from orchestrator.verify.context import Context


def here(context: Context, host: str) -> bool:
    """Whether the host is a machine that runs now: in the scenario of a role only some do."""
    selection = context.selection
    running = selection.scope == "town" or selection.hosts is None or host in selection.hosts
    return running and any(host == name for name, _ in context.units)
