"""Who takes part in a verification."""

from __future__ import annotations

import socket
from functools import cache

from orchestrator.model.verdict import Selection
from orchestrator.verify.context import Context


def here(context: Context, host: str) -> bool:
    """Whether the host is a machine that runs now: in the scenario of a role only some of the town do."""
    if not any(host == name for name, _ in context.units):
        return False
    return context.selection.scope == "town" or answers(str(context.intent.placements[host].control_address))


def serving(context: Context, role: str) -> list[str]:
    """The hosts of a role that run now and of which something may be expected, sorted."""
    hosts = sorted(host for host, carried in context.units if carried == role)
    return [host for host in hosts if here(context, host) and _is_ready(context.selection, host, role)]


def _is_ready(selection: Selection, host: str, role: str) -> bool:
    if selection.scope == "town" or selection.includes(host, role):
        return True
    return (host, role) not in selection.unready


@cache
def answers(address: str) -> bool:
    """Whether something listens where the controller logs in."""
    try:
        with socket.create_connection((address, 22), timeout=1):
            return True
    except OSError:
        return False
