"""Holds a policy against the town's rules: flows that are never, and flows that are always allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orchestrator.errors import Problem, Refused
from orchestrator.flows.changes import Arguments
from orchestrator.flows.evaluate import Box, Evaluator
from orchestrator.flows.flow_set import ALWAYS, FlowSet, Packet
from orchestrator.flows.ground import ITSELF, Ground, ground, places
from orchestrator.flows.ruleset import Ruleset, ruleset
from orchestrator.flows.services import EVERYTHING, services
from orchestrator.flows.spans import Ranges, holds, tidy
from orchestrator.model.addresses import dotted, number_of
from orchestrator.model.rendering import Rendering
from orchestrator.model.rules import FlowRule, RuleException
from orchestrator.model.town import End, PortRange, Town


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold, all flows that break it, and one packet of them."""

    rule: FlowRule
    flows: FlowSet
    packet: Packet

    @property
    def reason(self) -> str:
        """Why the rule stands, and what becomes of the packet."""
        passes = "is not let through" if self.rule.always else "is let through"
        return f"({self.rule.reason}): this packet {passes}"

    @property
    def problem(self) -> Problem:
        """The violation in words, at the rule's line."""
        reason, packet = f"{self.rule.name} {self.reason}", str(self.packet)
        if self.rule.always:
            remedy = "add the flow to policy.yml, or an exception with owner, reason and last day"
            return Problem(str(self.rule.source), "TH-RULE-ALWAYS", packet, reason, remedy)
        remedy = "narrow the flow that allows it, or add an exception with owner, reason and last day"
        return Problem(str(self.rule.source), "TH-RULE-NEVER", packet, reason, remedy)


def violations(town: Town, arguments: Arguments, hosts: Mapping[str, str]) -> tuple[Violation, ...]:
    """The rules that the rendered policy breaks, in the order of the file; exceptions are taken out.

    What stays behind one leg does not cross the firewall, so no rule is about it. `hosts` are the names of
    the town's hosts by address.
    """
    if not town.rules.flows:
        return ()
    numbers = {name: number_of(address) for address, name in hosts.items()}
    return tuple(_Judge(town, numbers, ruleset(arguments), ground(arguments)).violations())


def hold_rules(town: Town, rendering: Rendering) -> None:
    """Raise Refused with every rule that a firewall of the town breaks."""
    firewalls = [unit.arguments for unit in rendering.units if unit.role == "firewall"]
    hosts = {dotted(host.address): name for name, host in town.hosts.items()}
    found = [violation.problem for one in firewalls for violation in violations(town, one, hosts)]
    if found:
        raise Refused(found)


@dataclass(frozen=True, slots=True)
class _Judge:
    town: Town
    numbers: Mapping[str, int]
    rules: Ruleset
    here: Ground
    _known: dict[End, Ranges] = field(default_factory=dict)

    def violations(self) -> Iterator[Violation]:
        wanted = self.town.rules
        evaluator = Evaluator()
        allowed = evaluator.allowed(self.rules, self.here)
        at_home = evaluator.union([_behind(leg.name, leg.own) for leg in self.here.legs])
        for rule in wanted.flows:
            exceptions = [entry for entry in wanted.exceptions if entry.rule == rule.name]
            spared = evaluator.union([box for entry in exceptions for box in self._boxes(entry)])
            meant = evaluator.union(list(self._boxes(rule))) - at_home - spared
            broken = meant - allowed if rule.always else meant & allowed
            packet = broken.sample()
            if packet:
                yield Violation(rule, broken, packet)

    def _boxes(self, entry: FlowRule | RuleException) -> Iterator[Box]:
        """The flows that an entry names; what is never allowed is not allowed by a published port either."""
        sources = tidy(part for end in entry.sources for part in self._sources(end))
        by_port = not (isinstance(entry, FlowRule) and entry.always)
        for end in entry.destinations:
            goals, asked = self._destinations(end), self._services(end, entry.ports)
            yield Box(sources, (goals, asked, ALWAYS))
            if by_port:
                yield from self._published(sources, goals, asked)

    def _published(self, sources: Ranges, goals: Ranges, asked: Ranges) -> Iterator[Box]:
        for one in self.rules.published:
            host = places(self.here.destinations, ((int(one.host), int(one.host) + 1),))
            inside = holds(asked, services(one.protocol, [(one.host_port, one.host_port)]))
            if host and holds(goals, host) and inside:
                door = (((one.door, 0), (one.door, 1)),)
                yield Box(sources, (door, services(one.protocol, [(one.port, one.port)]), ALWAYS))

    def _sources(self, end: End) -> Ranges:
        return self._legs(end) or places(self.here.sources, self._addresses(end))

    def _destinations(self, end: End) -> Ranges:
        if end.kind in {"zone", "network"}:
            return self._legs(end)
        addresses = self._addresses(end)
        taken = any(holds(addresses, ((int(own), int(own) + 1),)) for own in self.here.firewall)
        return (*places(self.here.destinations, addresses), *(ITSELF if taken else ()))

    def _legs(self, end: End) -> Ranges:
        return tidy(
            ((leg.name, first), (leg.name, last))
            for leg in self.here.legs
            if end in {End("zone", leg.zone), End("network", leg.network)}
            for first, last in leg.own
        )

    def _addresses(self, end: End) -> Ranges:
        if end not in self._known:
            self._known[end] = self._members(end)
        return self._known[end]

    def _members(self, end: End) -> Ranges:
        town = self.town
        service = town.services.get(end.name) if end.kind == "service" else None
        group = end.name if end.kind == "group" else (service.group if service else None)
        names = (end.name,) if end.kind == "host" else town.groups.get(group or "", ())
        found = [*(self.numbers[name] for name in names), *map(int, service.addresses if service else ())]
        return tidy((number, number + 1) for number in found)

    def _services(self, end: End, ports: Iterable[PortRange]) -> Ranges:
        asked = self.town.services[end.name].ports if end.kind == "service" else tuple(ports)
        parts = (part for one in asked for part in services(one.protocol, [(one.first, one.last)]))
        return tidy(parts) or EVERYTHING


def _behind(leg: str, own: Ranges) -> Box:
    here = tidy(((leg, first), (leg, end)) for first, end in own)
    return Box(here, (here, EVERYTHING, ALWAYS))
