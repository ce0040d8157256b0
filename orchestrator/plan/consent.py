"""What a plan does only if a person says so by name or by number: mass effects, and services that leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.errors import Problem
from orchestrator.model.plan import LedgerState, Plan
from orchestrator.model.rules import TIERS, USUAL_TIER, Rules
from orchestrator.plan.restraints import Count, excesses

DEMOTE = "move its roles to another one and demote it (samba-tool domain demote); then say --retire {host}"
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
    """What a person said: how many hosts may change or leave, and which services may leave."""

    hosts: int | None = None
    retire: frozenset[str] = frozenset()


def services_that_leave(plan: Plan, ledger: LedgerState, said: Consent) -> Iterator[Problem]:
    """A host on which others stand does not leave by its line alone."""
    for host in plan.unwanted:
        roles = _roles(ledger, host)
        found = [(role, CARRIERS[role][0]) for role in roles if CARRIERS.get(role, ("", ""))[0]]
        if found and host not in said.retire:
            role, remedy = found[0]
            place = f"ledger:{max(state.record for unit, state in ledger.units.items() if unit[0] == host)}"
            reason = f"its line is gone, and it was the town's {role}"
            yield Problem(place, "TH-RETIRE-SERVICE", host, reason, remedy.format(host=host))


def mass_effects(
    plan: Plan, tiers: Mapping[str, int], ledger: LedgerState, rules: Rules, said: Consent
) -> Iterator[Problem]:
    """More hosts than the town's limits want their number typed; `tiers` are those of the town's hosts."""
    total = len({*plan.hosts, *plan.unwanted})
    if said.hosts == total:
        return
    changed = Counter(tiers.get(host, USUAL_TIER) for host in plan.hosts)
    removed = Counter(_tier_it_had(_roles(ledger, host)) for host in plan.unwanted)
    counts = {tier: Count(changed[tier], removed[tier]) for tier in {*changed, *removed}}
    for excess in excesses(rules, counts):
        limit, count = excess.limit, excess.count
        value = f"{count.changed} hosts change and {count.removed} go"
        reason = f"the limit of tier {limit.tier} is {limit.changed} and {limit.removed}"
        remedy = f"look at the plan; if that is meant, say --hosts {total}, or apply a kept plan with --plan"
        yield Problem(str(limit.source), "TH-APPLY-MASS", value, reason, remedy)


def _roles(ledger: LedgerState, host: str) -> list[str]:
    return sorted(role for name, role in ledger.units if name == host)


def _tier_it_had(roles: list[str]) -> int:
    groups = (CARRIERS[role][1] for role in roles if role in CARRIERS)
    return min((TIERS[group] for group in groups if group in TIERS), default=USUAL_TIER)
