"""Who takes part in a verification."""

from __future__ import annotations

import socket
from functools import cache

from orchestrator.verify.context import Context


def here(context: Context, host: str) -> bool:
    """Whether the host is a machine that runs now: in the scenario of a role only some of the town do."""
    if not any(host == name for name, _ in context.units):
        return False
    return context.selection.scope == "town" or answers(str(context.intent.placements[host].control_address))


@cache
def answers(address: str) -> bool:
    """Whether something listens where the controller logs in."""
    try:
        with socket.create_connection((address, 22), timeout=1):
            return True
    except OSError:
        return False
