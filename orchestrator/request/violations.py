"""The town's flow rules that a request breaks, those that it takes away among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from orchestrator.flows.rules import violations as broken_rules
from orchestrator.model.request import BASE, HEAD, Line, Side, Violation
from orchestrator.model.rules import FlowRule, RuleException, Rules
from orchestrator.model.town import End, Town
from orchestrator.request.policy import firewall_of, hosts_by_address, said

TAKEN_AWAY = "taken away by this request"
AS_IT_WAS = "as it stands without this request"
Names = Collection[tuple[str, str]]
_Entry = TypeVar("_Entry", FlowRule, RuleException)


def violated(base: Side | None, head: Side) -> tuple[Violation, ...]:
    """The rules that the rendered policy breaks, each with a packet that shows it.

    Rules of the base that the request takes away or changes are held against it too.
    """
    own = tuple(_broken(head, head.town.rules, HEAD))
    if not base:
        return own
    kept, told = ({rule.name for rule in head.town.rules.flows}, {one.rule for one in own})
    given_up = _broken(head, _given_up(base.town.rules, head), BASE)
    return own + tuple(
        replace(one, reason=f"{AS_IT_WAS if one.rule in kept else TAKEN_AWAY} {one.reason}")
        for one in given_up
        if one.rule not in told
    )


def _broken(side: Side, rules: Rules, of: str) -> Iterator[Violation]:
    arguments = firewall_of(side)
    town = replace(_town(side), rules=rules)
    for one in broken_rules(town, arguments, hosts_by_address(side)) if arguments else ():
        yield Violation(one.rule.name, str(one.packet), one.reason, (Line(of, one.rule.source),))


def _town(side: Side) -> Town:
    return side.policed.town if side.policed else side.town


def _given_up(rules: Rules, head: Side) -> Rules:
    """The flow rules of the base that head does not hold, about what is still there."""
    now, there = head.town.rules, _there(_town(head), hosts_by_address(head).values())
    gone = (one for one in rules.flows if not said([one]) <= said(now.flows))
    return Rules(
        flows=tuple(_about(one, there) for one in gone),
        exceptions=tuple(_about(one, there) for one in (*rules.exceptions, *now.exceptions)),
    )


def _there(town: Town, hosts: Iterable[str]) -> Names:
    kinds = {
        "zone": town.zones,
        "network": town.networks,
        "group": town.groups,
        "service": town.services,
        "host": hosts,
    }
    return {(kind, name) for kind, names in kinds.items() for name in names}


def _about(entry: _Entry, there: Names) -> _Entry:
    sources, destinations = (_known(ends, there) for ends in (entry.sources, entry.destinations))
    return replace(entry, sources=sources, destinations=destinations)


def _known(ends: Iterable[End], there: Names) -> tuple[End, ...]:
    return tuple(end for end in ends if (end.kind, end.name) in there)
