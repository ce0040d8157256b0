"""A host in quarantine, in an admin's words."""

from __future__ import annotations

from orchestrator.model.quarantine import Quarantined
from orchestrator.report.printable import printable


def quarantine_text(one: Quarantined) -> str:
    """Return who left the host so, when and why, and each step to do at its console."""
    by = f" ({one.who})" if one.who else ""
    lines = [
        f"{one.host} is in quarantine and left out, since {one.since}, run {one.run}{by}",
        f"  {one.role}: {one.why}",
        "  at the machine's console:",
        *(f"    {step}" for step in one.steps),
        "  the next apply takes it in again when it answers, has nothing to take back and its checks hold,",
        f"  and so does townhall verify --host {one.host};",
        f"  townhall apply --release {one.host} takes it in whatever they say",
    ]
    return printable("\n".join(lines))


def released_text(host: str, why: str) -> str:
    """Return that a host is taken in again."""
    return f"{host} is out of quarantine: {why}"
