"""A lost ledger begins again with what the machines themselves remember."""

from __future__ import annotations

import json
from collections.abc import Mapping

from orchestrator.model.plan import Observation
from orchestrator.model.record import Entry


def entries_of_stamps(
    observed: Mapping[str, Observation], keys: Mapping[tuple[str, str], tuple[str, str, str]], run: str
) -> list[Entry]:
    """Return one `applied` entry for each stamp; `keys` holds key, arguments and role code of today.

    Only a stamp with today's key says which arguments stood behind it.
    """
    details = json.dumps({"source": "stamp"})
    entries = []
    for host, observation in sorted(observed.items()):
        for role, key in sorted((observation.stamps or {}).items()):
            now = keys.get((host, role), ("", "", ""))
            arguments, role_code = now[1:] if now[0] == key else ("", "")
            entries.append(
                Entry("applied", run, host, role, key, arguments, role_code, observation.machine, details)
            )
    return entries
