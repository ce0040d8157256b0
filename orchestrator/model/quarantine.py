"""A host that nothing touches until someone has looked at it."""

from __future__ import annotations

from dataclasses import dataclass

QUARANTINED = "quarantined"
RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A host whose way back did not bring it back, of which unit, and since when in UTC and by whose run.

    `steps` are what a person does at its console, as commands.
    """

    host: str
    role: str
    why: str
    run: str
    since: str
    who: str
    steps: tuple[str, ...]
