"""Whether what a firewall was last given could come back, tried before its change is applied."""

from __future__ import annotations

import json
from functools import lru_cache

from orchestrator.flows.ground import ground
from orchestrator.flows.ruleset import ruleset
from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.names import FIREWALL

_OTHER_SHAPE = (KeyError, TypeError, ValueError, AttributeError)


def rehearsed(foreseen: Foreseen) -> tuple[bool, str] | None:
    """Return whether the rules before the change would stand today, in words too.

    None where no firewall changes, or nobody knows what it was last given.
    """
    hosts = sorted({unit.host for unit in foreseen.plan.units if unit.role == FIREWALL and unit.previous})
    if not (hosts and foreseen.firewall and foreseen.side):
        return None
    controller = str(foreseen.side.town.connection.controller)
    fault = _fault(foreseen.firewall, controller)
    names = ", ".join(hosts)
    if fault:
        return False, f"{names}: the rules from before cannot come back: {fault}"
    return True, f"{names}: the rules from before were tried: they still stand, and let {controller} in"


@lru_cache(maxsize=4)
def _fault(given: str, controller: str) -> str:
    """Say what is wrong with arguments of an earlier day, by the code and the controller of today.

    Kept: a plan asks for its steps back and for those that have none.
    """
    before = json.loads(given)
    try:
        rules = ruleset(before)
        ground(before)
        admitted = {str(one) for one in before["firewall_controllers"]}
    except _OTHER_SHAPE:
        return "the code that lies here takes other arguments"
    accepted = (*rules.forward, *rules.input)
    named = {name for one in accepted for name in (one.source, one.destination) if name}
    if missing := sorted(named - rules.sets.keys()):
        return f"they name sets that they do not have: {', '.join(missing)}"
    return "" if controller in admitted else f"they would shut out the controller {controller}"
