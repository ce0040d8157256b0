"""How to take a request back, and what no revert brings back."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.request import (
    BASE,
    HEAD,
    LOW,
    MEDIUM,
    ROLE,
    Change,
    Line,
    Lines,
    Reason,
    Side,
    Step,
    Undo,
    joined,
)

REVERT = "git revert the merge of this request (git revert -m 1 MERGE), and review the plan of the revert"
APPLY = "townhall apply: every change above runs the other way round"


def undo(base: Side | None, head: Side, changes: tuple[Change, ...], edited: Lines) -> Undo:
    """The steps of a revert, which puts the edited lines back, and beforehand what has no inverse."""
    if not changes:
        return Undo()
    reasons = (*_of_hosts(base, head), *_of_secrets(base, head), *_of_roles(changes))
    steps = (Step(REVERT, edited), Step(APPLY, joined(change.because for change in changes)))
    return Undo(steps, tuple(dict.fromkeys(reasons)))


def _of_hosts(base: Side | None, head: Side) -> Iterator[Reason]:
    before = base.town.hosts if base else {}
    for name in sorted(set(head.town.hosts) - set(before)):
        text = f"{name}: what its roles installed stays on the machine; its account is disabled, not deleted"
        yield Reason(LOW, text, (Line(HEAD, head.town.hosts[name].source),))
    for name in sorted(set(before) - set(head.town.hosts)):
        text = f"{name}: a machine that was wiped or given away since does not come back with its line"
        yield Reason(MEDIUM, text, (Line(BASE, before[name].source),))


def _of_secrets(base: Side | None, head: Side) -> Iterator[Reason]:
    before = base.town.secrets if base else {}
    for name in sorted(set(before) & set(head.town.secrets)):
        old, new = before[name], head.town.secrets[name]
        if old.version != new.version:
            text = f"secret {name}: the value of version {old.version} has to be put back by hand"
            yield Reason(MEDIUM, text, (Line(HEAD, new.source), Line(BASE, old.source)))


def _of_roles(changes: tuple[Change, ...]) -> Iterator[Reason]:
    for change in changes:
        if change.kind == ROLE:
            text = f"role {change.role}: the old code takes back only what it sets itself"
            yield Reason(MEDIUM, text, change.because)
