"""Finds the host that was named on the command line."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from orchestrator.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.desired import Desired


def known(wanted: Desired, host: str) -> str:
    """The host's name; raises UsageError with the nearest name for one that the town does not have."""
    if host in wanted.town.hosts:
        return host
    near = difflib.get_close_matches(host, wanted.town.hosts, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UsageError(f"{wanted.town.identity.name} has no host {host}{hint}")
