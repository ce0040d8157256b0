"""Names with a meaning: groups that stand for a function, the zone outside, ports of each switch platform."""

from __future__ import annotations

from dataclasses import dataclass

ANTIVIRUS_SERVERS = "antivirus_servers"
BACKUP_SERVERS = "backup_servers"
DHCP_SERVERS = "dhcp_servers"
DOMAIN_CONTROLLERS = "domain_controllers"
FIREWALLS = "firewalls"
OPERATIONS_MASTERS = "operations_masters"
SWITCHES = "switches"
WORKSTATIONS = "workstations"

OUTSIDE_ZONE = "internet"
TOWN_OU = "OU=Townhall"
PEOPLE, COMPUTERS, GROUPS = "People", "Computers", "Groups"
"""Units of the directory; groups and machines of no department have theirs beside those of departments."""


def department_group(key: str) -> str:
    """The group of the directory that a department's staff is in."""
    return f"dep-{key}"


@dataclass(frozen=True, slots=True)
class SwitchPlatform:
    """How many ports a switch of this platform has and what it calls them."""

    ports: int
    name: str

    def port_name(self, number: int) -> str:
        """The platform's name of a port."""
        return self.name.format(n=number)


SWITCH_PLATFORMS = {
    "ovs": SwitchPlatform(24, "swp{n}"),
    "cisco_ios": SwitchPlatform(48, "GigabitEthernet1/0/{n}"),
}

FIREWALL = "firewall"
"""The role of firewalls."""
