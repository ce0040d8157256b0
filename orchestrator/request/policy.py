"""What the town's own policy says of a request: flows that open or close, limits, approvals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from orchestrator.flows import Row
from orchestrator.flows import changes as flow_changes
from orchestrator.model.names import FIREWALL, FIREWALLS
from orchestrator.model.request import (
    BASE,
    HEAD,
    HIGH,
    MEDIUM,
    QUIET,
    REMOVED,
    Change,
    FilesChanged,
    FlowChange,
    FlowRow,
    Line,
    Lines,
    Reason,
    Side,
)
from orchestrator.model.rules import Approval, FlowRule, Freeze, Limit, RuleException, Rules, tier_of
from orchestrator.model.source import Source
from orchestrator.model.town import Flow
from orchestrator.plan.restraints import Count, approvals_for, excesses, freeze_text, freezes_on

NOWHERE = Source("", 0)
Arguments = Mapping[str, object]
Entry = Flow | FlowRule | RuleException | Limit | Freeze | Approval
_BINDING = ("limits", "freezes", "approvals")


def flow_change(base: Side | None, head: Side, changes: Iterable[Change]) -> FlowChange | None:
    """What the firewalls newly let through and newly stop; None without a firewall on both sides.

    Every firewall of a town enforces the same, so the first one speaks for all.
    """
    before, after = firewall_of(base) if base else None, firewall_of(head)
    if before is None or after is None:
        return None
    if before == after:
        return FlowChange(())
    found = flow_changes(before, after, hosts_by_address(head))
    lines = tuple(line for change in changes if change.role == FIREWALL for line in change.because)
    rows = [
        *(_row(True, row, lines) for row in found.allowed_rows),
        *(_row(True, row, lines) for row in found.renewed_rows),
        *(_row(False, row, lines) for row in found.denied_rows),
    ]
    return FlowChange(tuple(rows))


def restraints(base: Side | None, head: Side, changes: tuple[Change, ...], day: str) -> Iterator[Reason]:
    """Limits that the request goes beyond, and days on which nothing is applied."""
    for side, rules in _in_force(base, head):
        for excess in excesses(rules, _counts(base, head, changes)):
            yield Reason(HIGH, str(excess), (Line(side, excess.limit.source),))
        for freeze in freezes_on(rules, day):
            yield Reason(MEDIUM, freeze_text(freeze), (Line(side, freeze.source),))


def _in_force(base: Side | None, head: Side) -> Iterator[tuple[str, Rules]]:
    """The rules of head, and those of the base that a request would do away with: they still bind it."""
    rules = head.town.rules
    yield HEAD, rules
    if base:
        known = {name: said(getattr(rules, name)) for name in _BINDING}
        earlier = {
            name: tuple(one for one in getattr(base.town.rules, name) if not said([one]) <= known[name])
            for name in _BINDING
        }
        yield BASE, Rules(**earlier)


def approvals(
    base: Side | None, head: Side, changes: tuple[Change, ...], files: FilesChanged
) -> tuple[int, tuple[Reason, ...]]:
    """How many people have to approve by the town's rules, and the rules that ask for it."""
    topics = frozenset(_topics(base, head, changes, files))
    asked = [(side, one) for side, rules in _in_force(base, head) for one in approvals_for(rules, topics)]
    reasons = tuple(
        Reason(
            MEDIUM,
            f"{one.topic}: {one.least} of the department {', '.join(one.by)} must approve",
            (Line(side, one.source),),
        )
        for side, one in asked
    )
    return max((one.least for _, one in asked), default=0), reasons


def _topics(base: Side | None, head: Side, changes: tuple[Change, ...], files: FilesChanged) -> Iterator[str]:
    if files.code:
        yield "code"
    if files.roles:
        yield "roles"
    if base and said(base.town.flows) != said(head.town.flows):
        yield "flows"
    if base and said(base.town.rules.exceptions) != said(head.town.rules.exceptions):
        yield "exceptions"
    for tier, count in _counts(base, head, changes).items():
        yield f"tier-{tier}"
        if count.removed:
            yield "removal"


def said(entries: Iterable[Entry]) -> frozenset[Entry]:
    """Entries without their places: a line that only moved says the same."""
    return frozenset(replace(entry, source=NOWHERE) for entry in entries)


def _counts(base: Side | None, head: Side, changes: tuple[Change, ...]) -> dict[int, Count]:
    """Hosts of each tier that a request changes, and those that it removes."""
    changed = {host for one in changes if one.kind not in QUIET for host in one.hosts}
    gone = {host for one in changes if one.kind == REMOVED for host in one.hosts} - set(head.town.hosts)
    tiers: dict[int, list[int]] = {}
    for index, names in enumerate((changed, gone)):
        for host in names:
            tiers.setdefault(_tier(host, base, head), [0, 0])[index] += 1
    return {tier: Count(*pair) for tier, pair in sorted(tiers.items())}


def _tier(host: str, base: Side | None, head: Side) -> int:
    sides: Collection[Side] = (head, base) if base else (head,)
    found = next((side.town.hosts[host] for side in sides if host in side.town.hosts), None)
    return tier_of(found.groups if found else ())


def hosts_by_address(side: Side) -> Mapping[str, str]:
    """The names of a whole town's hosts by their addresses."""
    if side.policed:
        return side.policed.hosts
    return {str(place.address): place.host for place in side.intent.placements.values()}


def firewall_of(side: Side) -> Arguments | None:
    """What the first firewall is given; it speaks for all."""
    if side.policed:
        return side.policed.firewall
    names = side.town.groups.get(FIREWALLS, ())
    units = (unit for unit in side.rendering.units if unit.role == FIREWALL and unit.host in names)
    return next((unit.arguments for unit in units), None)


def _row(allowed: bool, row: Row, because: Lines) -> FlowRow:
    services = f"{row.services} until {row.until}" if row.until else row.services
    if row.before:
        services += f" (before: until {row.before})"
    return FlowRow(
        allowed, ", ".join(row.sources), ", ".join(row.destinations), services, str(row.sample), because
    )
