"""Rules on their ground -> the set of flows that they let through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.flows.flow_set import ALWAYS, FlowSet
from orchestrator.flows.ground import ANYWHERE, ITSELF, Ground, places
from orchestrator.flows.ruleset import Accept, Published, Ruleset
from orchestrator.flows.services import services
from orchestrator.flows.spans import Ranges, Spans, merged, stacked, value_at

Goal = tuple[Ranges, Ranges, str]
"""Destinations, services and the last day."""


@dataclass(frozen=True, slots=True)
class Box:
    """Every flow from some sources to some destinations with some services."""

    sources: Ranges
    goal: Goal


@dataclass(slots=True)
class Evaluator:
    """Evaluates rules; a second ruleset costs what differs from the first."""

    _numbers: dict[Goal, int] = field(default_factory=dict)
    _toward: dict[frozenset[int], Spans] = field(default_factory=dict)

    def allowed(self, rules: Ruleset, here: Ground) -> FlowSet:
        """The flows that the rules let through."""
        direct = self.union(tuple(_boxes(rules, here)))
        published = {(one.enters, one.protocol, one.port): one for one in reversed(rules.published)}
        found = direct - self.union([_asked(one, here) for one in published.values()])
        for one in published.values():
            found |= _led(one, direct, here)
        return found

    def union(self, boxes: Sequence[Box]) -> FlowSet:
        """All flows of all boxes."""
        goals = [box.goal for box in boxes]
        numbers = [self._numbers.setdefault(goal, len(self._numbers)) for goal in goals]
        by_number = dict(zip(numbers, goals, strict=True))

        def toward(here: list[int]) -> Spans:
            wanted = frozenset(numbers[at] for at in here)
            if wanted not in self._toward:
                self._toward[wanted] = _united([by_number[number] for number in wanted])
            return self._toward[wanted]

        return FlowSet(stacked(range(len(boxes)), lambda at: boxes[at].sources, toward))


def _united(goals: Sequence[Goal]) -> Spans:
    known: dict[frozenset[tuple[Ranges, str]], Spans] = {}

    def asked(here: list[Goal]) -> Spans:
        wanted = frozenset((asked, until) for _, asked, until in here)
        if wanted not in known:
            known[wanted] = stacked(sorted(wanted), lambda one: one[0], lambda ones: max(o[1] for o in ones))
        return known[wanted]

    return stacked(goals, lambda goal: goal[0], asked)


def _boxes(rules: Ruleset, here: Ground) -> Iterator[Box]:
    for rule in rules.forward:
        destinations = places(here.destinations, _members(rules, rule.destination), rule.leaves)
        yield Box(_sources(rule, rules, here), (destinations, rule.services, rule.until))
    for rule in rules.input:
        yield Box(_sources(rule, rules, here), (ITSELF, rule.services, rule.until))


def _sources(rule: Accept, rules: Ruleset, here: Ground) -> Ranges:
    return places(here.sources, _members(rules, rule.source), rule.enters)


def _members(rules: Ruleset, name: str | None) -> Ranges:
    return ANYWHERE if name is None else rules.sets[name]


def _asked(entry: Published, here: Ground) -> Box:
    """All that the firewall translates for a published port, whatever its destination was."""
    sources = places(here.sources, ANYWHERE, (entry.enters,))
    everything = (*places(here.destinations, ANYWHERE), *ITSELF)
    return Box(sources, (everything, services(entry.protocol, [(entry.port, entry.port)]), ALWAYS))


def _led(entry: Published, direct: FlowSet, here: Ground) -> FlowSet:
    """The flows to a published port: from the sources that may reach the host behind it."""
    host = int(entry.host)
    goals = ITSELF if entry.host in here.firewall else places(here.destinations, ((host, host + 1),))
    service = services(entry.protocol, [(entry.host_port, entry.host_port)])
    door, asked = entry.door, services(entry.protocol, [(entry.port, entry.port)])[0]

    def led(toward: Any, _: Any) -> Spans | None:
        days = [day for first, _ in goals if (day := value_at(toward, first, service[0][0]))]
        return (((door, 0), (door, 1), ((*asked, max(days)),)),) if days else None

    entering = tuple(span for span in direct.spans if span[0][0] == entry.enters)
    return FlowSet(merged(entering, (), led))
