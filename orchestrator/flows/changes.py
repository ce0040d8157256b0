"""What two policies let through differently: newly allowed, newly denied, allowed to another day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import Problem, Refused
from orchestrator.flows.evaluate import Evaluator
from orchestrator.flows.flow_set import FlowSet
from orchestrator.flows.ground import Ground, ground
from orchestrator.flows.names import met, names
from orchestrator.flows.parse import parse
from orchestrator.flows.rows import Reader, Row
from orchestrator.flows.ruleset import Ruleset, ruleset

Arguments = Mapping[str, Any]
"""The arguments of the role firewall."""


@dataclass(frozen=True, slots=True)
class FlowChange:
    """The exact differences and the rows that say them; nothing differs if all are empty."""

    newly_allowed: FlowSet
    newly_denied: FlowSet
    renewed: FlowSet
    allowed_rows: tuple[Row, ...]
    denied_rows: tuple[Row, ...]
    renewed_rows: tuple[Row, ...]

    def __bool__(self) -> bool:
        return bool(self.newly_allowed or self.newly_denied or self.renewed)


def allowed(arguments: Arguments) -> FlowSet:
    """The flows that the rendered policy lets through."""
    return Evaluator().allowed(ruleset(arguments), ground(arguments))


def allowed_by(text: str, arguments: Arguments) -> FlowSet:
    """The flows that the rules in a text for nft let through, on the legs that the arguments give.

    Raises Refused for what the role's template does not write, or where the text guards other legs.
    """
    rules, here = parse(text), ground(arguments)
    legs = tuple(leg.name for leg in here.legs)
    if rules.guarded != legs:
        reason, remedy = "the reverse path is not checked on exactly the legs", "render the text anew"
        value = ", ".join(sorted({*rules.guarded} ^ {*legs}))
        raise Refused([Problem("firewall.nft:1", "TH-NFT-LEGS", value, reason, remedy)])
    return Evaluator().allowed(rules, here)


def rows(flows: FlowSet, arguments: Arguments, hosts: Mapping[str, str]) -> tuple[Row, ...]:
    """A set of flows in the words of a policy; `hosts` are the names of machines by address."""
    return _reader(ruleset(arguments), ground(arguments), met(hosts, flows)).rows(flows)


def changes(before: Arguments, after: Arguments, hosts: Mapping[str, str]) -> FlowChange:
    """The difference between two rendered policies; `hosts` are the names of machines by address."""
    evaluator = Evaluator()
    old_rules, old_ground = ruleset(before), ground(before)
    new_rules, new_ground = ruleset(after), ground(after)
    old, new = evaluator.allowed(old_rules, old_ground), evaluator.allowed(new_rules, new_ground)
    opened, closed, renewed = new - old, old - new, new.renewed(old)
    past = old - (old - renewed)
    reader = _reader(new_rules, new_ground, met(hosts, opened, renewed))
    return FlowChange(
        opened,
        closed,
        renewed,
        reader.rows(opened),
        _reader(old_rules, old_ground, met(hosts, closed)).rows(closed) if closed else (),
        tuple(row for day in past.days for row in reader.rows(renewed - (renewed - past.until(day)), day)),
    )


def _reader(rules: Ruleset, here: Ground, hosts: Mapping[str, str]) -> Reader:
    return Reader(
        names(rules, here, here.sources, hosts), names(rules, here, here.destinations, hosts), here.control
    )
