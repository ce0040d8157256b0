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
    Undo,
)

STEPS = (
    "git revert the merge of this request (git revert -m 1 MERGE), and review the plan of the revert",
    "townhall apply: every change above runs the other way round",
)


def undo(base: Side | None, head: Side, changes: tuple[Change, ...]) -> Undo:
    """The steps of a revert, and beforehand what has no inverse."""
    if not changes:
        return Undo()
    reasons = (*_of_hosts(base, head), *_of_secrets(base, head), *of_roles(changes))
    return Undo(STEPS, tuple(dict.fromkeys(reasons)))


def _of_hosts(base: Side | None, head: Side) -> Iterator[Reason]:
    before = base.town.hosts if base else {}
    for name in sorted(set(head.town.hosts) - set(before)):
        yield of_new_host(name, head)
    for name in sorted(set(before) - set(head.town.hosts)):
        text = f"{name}: a machine that was wiped or given away since does not come back with its line"
        yield Reason(MEDIUM, text, (Line(BASE, before[name].source),))


def _of_secrets(base: Side | None, head: Side) -> Iterator[Reason]:
    before = base.town.secrets if base else {}
    for name in sorted(set(before) & set(head.town.secrets)):
        old, new = before[name], head.town.secrets[name]
        if old.version != new.version:
            yield of_secret(name, old.version, (Line(HEAD, new.source), Line(BASE, old.source)))


def of_new_host(name: str, head: Side) -> Reason:
    """What a machine keeps whose line goes again."""
    text = f"{name}: what its roles installed stays on the machine; its account is disabled, not deleted"
    return Reason(LOW, text, (Line(HEAD, head.town.hosts[name].source),))


def of_secret(name: str, version: int, because: Lines) -> Reason:
    """That an earlier value is nowhere in data."""
    return Reason(
        MEDIUM, f"secret {name}: the value of version {version} has to be put back by hand", because
    )


def of_roles(changes: tuple[Change, ...]) -> Iterator[Reason]:
    """What roles with other code leave behind."""
    for change in changes:
        if change.kind == ROLE:
            text = f"role {change.role}: the old code takes back only what it sets itself"
            yield Reason(MEDIUM, text, change.because)
