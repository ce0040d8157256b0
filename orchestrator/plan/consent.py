"""What an apply does only if a person says so: many hosts, a service that leaves, a day of rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import LedgerState, Plan
from orchestrator.model.rules import TIERS, USUAL_TIER, Rules, tier_of
from orchestrator.model.town import Town
from orchestrator.plan.restraints import Count, excesses, freeze_text, freezes_on

DEMOTE = (
    "back the directory up at another one (townhall-directory-backup), move its roles there and demote it "
    "(samba-tool domain demote); then say --retire {host}"
)
HAND_OVER = "see that another host serves in its place, then say --retire {host}"
CARRIERS = {
    "domain_controller": (DEMOTE, "domain_controllers"),
    "directory": (DEMOTE, "domain_controllers"),
    "firewall": (HAND_OVER, "firewalls"),
    "switch": (HAND_OVER, "switches"),
    "dhcp_server": (HAND_OVER, "dhcp_servers"),
    "antivirus_server": (HAND_OVER, "antivirus_servers"),
    "backup_server": (HAND_OVER, "backup_servers"),
    "workstation": ("", "workstations"),
}
"""By role: what has to happen before such a host leaves, and the group that gave it the role."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allows: so many hosts, services that leave, and why not to wait for a free day.

    What was `reviewed` in a kept plan needs no number of hosts.
    """

    hosts: int = 0
    retire: frozenset[str] = frozenset()
    despite_freeze: str = ""
    reviewed: bool = False


def hold_consent(town: Town, plan: Plan, gone: LedgerState, day: str, consent: Consent) -> None:
    """Raise Refused for what a plan does on a day without consent; `gone` has units of hosts that leave."""
    problems = (
        *_mass_effects(town, plan, gone, consent),
        *_services_that_leave(plan, gone, consent),
        *_freezes(town.rules, day, consent),
    )
    if problems:
        raise Refused(problems)


def _mass_effects(town: Town, plan: Plan, gone: LedgerState, consent: Consent) -> Iterator[Problem]:
    """More hosts than the town's limits want their number typed."""
    total = len({*plan.hosts, *plan.unwanted})
    if consent.reviewed or consent.hosts == total:
        return
    changed = Counter(tier_of(town.hosts[host].groups) for host in plan.hosts)
    removed = Counter(_tier_it_had(_roles(gone, host)) for host in plan.unwanted)
    counts = {tier: Count(changed[tier], removed[tier]) for tier in {*changed, *removed}}
    for excess in excesses(town.rules, counts):
        value = str(excess.count.changed + excess.count.removed)
        remedy = f"look at the plan again; if all of it is meant, say --touching {total}"
        yield Problem(str(excess.limit.source), "TH-LIMIT", value, str(excess), remedy)


def _services_that_leave(plan: Plan, gone: LedgerState, consent: Consent) -> Iterator[Problem]:
    """A host on which others stand does not leave by its line alone."""
    for host in plan.unwanted:
        roles = _roles(gone, host)
        found = [(role, CARRIERS[role][0]) for role in roles if CARRIERS.get(role, ("", ""))[0]]
        if found and host not in consent.retire:
            role, remedy = found[0]
            place = f"ledger:{max(state.record for unit, state in gone.units.items() if unit[0] == host)}"
            reason = f"its line is gone, and it was the town's {role}"
            yield Problem(place, "TH-RETIRE-SERVICE", host, reason, remedy.format(host=host))


def _freezes(rules: Rules, day: str, consent: Consent) -> Iterator[Problem]:
    """On a day of rest nothing is applied without a reason."""
    for freeze in freezes_on(rules, day):
        if not consent.despite_freeze:
            remedy = "wait, or say why not with --despite-freeze; the ledger keeps it"
            yield Problem(str(freeze.source), "TH-FREEZE", day, freeze_text(freeze), remedy)


def _roles(ledger: LedgerState, host: str) -> list[str]:
    return sorted(role for name, role in ledger.units if name == host)


def _tier_it_had(roles: list[str]) -> int:
    groups = (CARRIERS[role][1] for role in roles if role in CARRIERS)
    return min((TIERS[group] for group in groups if group in TIERS), default=USUAL_TIER)
