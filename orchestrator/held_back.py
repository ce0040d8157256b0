"""What holds an agreed plan back before its first change: clocks, missing consent, controllers that leave."""

from __future__ import annotations

from datetime import date

from orchestrator.apply.controllers import ask_controllers
from orchestrator.hands import Hands
from orchestrator.plan.clocks import hold_clocks
from orchestrator.plan.consent import Consent, hold_consent
from orchestrator.plan.departure import CONTROLLER, hold_departure
from orchestrator.prospect import Prospect
from orchestrator.record import Ledger


def hold_back(prospect: Prospect, ledger: Ledger, consent: Consent, hands: Hands) -> None:
    """Raise Refused for what a plan may not do, or not without a person's word."""
    wanted, pending = prospect.wanted, prospect.plan
    hold_clocks(wanted.town, pending, wanted.rendering, prospect.code, prospect.observed)
    hold_consent(wanted.town, pending, ledger.state(pending.unwanted), f"{date.today()}", consent)
    _hold_departure(prospect, ledger.carrying(CONTROLLER), hands)


def _hold_departure(prospect: Prospect, carrying: dict[str, int], hands: Hands) -> None:
    """Where controllers leave, ask those that stay whether the directory stands without them."""
    wanted = prospect.wanted
    serving = {unit.host for unit in wanted.rendering.units if unit.role == CONTROLLER}
    leaving = {host: number for host, number in carrying.items() if host not in serving}
    if leaving:
        standing = ask_controllers(hands.shell(wanted), serving & carrying.keys())
        hold_departure(leaving, leaving.keys() & wanted.town.hosts.keys(), standing)
