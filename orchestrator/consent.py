"""Holds a prospect to what a person agreed to in words."""

from __future__ import annotations

from contextlib import closing

from orchestrator.errors import Refused
from orchestrator.model.rules import tier_of
from orchestrator.pipeline import Prospect
from orchestrator.plan.consent import Consent, mass_effects, services_that_leave
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path


def hold_consent(prospect: Prospect, said: Consent, reviewed: bool) -> None:
    """Raise Refused for what was not agreed to; a mass effect that was `reviewed` in a plan was."""
    town, plan = prospect.wanted.town, prospect.plan
    with closing(Ledger(ledger_path(town))) as ledger:
        gone = ledger.state(plan.unwanted)
    tiers = {name: tier_of(host.groups) for name, host in town.hosts.items()}
    problems = list(services_that_leave(plan, gone, said))
    if not reviewed:
        problems += mass_effects(plan, tiers, gone, town.rules, said)
    if problems:
        raise Refused(problems)
