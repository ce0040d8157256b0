"""Intent: all that follows from the inventory. Every derivation is a pure function; they meet only here."""

from __future__ import annotations

from orchestrator.derive import dhcp, directory, dns, firewall, own_flows, publishing
from orchestrator.derive.carriers import carriers
from orchestrator.derive.placement import place
from orchestrator.derive.switch_ports import switch_ports
from orchestrator.model.intent import FirewallIntent, Intent, Subnet
from orchestrator.model.rendering import Catalogue
from orchestrator.model.town import Town

__all__ = ["derive"]


def derive(town: Town, catalogue: Catalogue) -> Intent:
    """Everything that the town wants, host by host and topic by topic."""
    placements = place(town)
    records = dns.records(town, placements)
    subnets = dhcp.subnets(town, placements)
    computers = directory.computers(town, placements, carriers(town, catalogue, "domain_member"))
    return Intent(
        placements=placements,
        zones=dns.zones(town, records),
        records=records,
        subnets=subnets,
        switch_ports=switch_ports(town, placements),
        organisational_units=directory.organisational_units(town, computers),
        users=directory.users(town),
        groups=directory.groups(town),
        computers=computers,
        firewall=_firewall(town, subnets),
        antivirus_clients=carriers(town, catalogue, "antivirus_client"),
        backup_clients=carriers(town, catalogue, "backup_client"),
    )


def _firewall(town: Town, subnets: tuple[Subnet, ...]) -> FirewallIntent:
    sets = (*firewall.sets(town), *publishing.sets(town), *own_flows.sets(town, subnets))
    return FirewallIntent(
        legs=firewall.legs(town),
        sets=tuple(entry for _, entry in sorted({entry.name: entry for entry in sets}.items())),
        forward=(*firewall.flows(town), *publishing.flows(town), *own_flows.flows(town, subnets)),
        input=own_flows.entering(town, subnets),
        masquerade=firewall.masquerade(town),
        published=publishing.published(town),
    )
