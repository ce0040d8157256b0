"""Arguments of the roles workstation, switch and derived_values."""

from __future__ import annotations

from orchestrator.model.intent import SwitchPort
from orchestrator.model.names import SWITCH_PLATFORMS, SwitchPlatform
from orchestrator.model.source import because
from orchestrator.render.context import Arguments, Built, Context


def derived_values(context: Context, name: str) -> Built:
    """The town's name, there only when the derived values are."""
    identity = context.town.identity
    return Built({"derived_values_town": identity.name}, because(context.host(name), identity))


def workstation(context: Context, name: str) -> Built:
    """Whose PC it is and where it stands."""
    placement = context.placement(name)
    arguments: Arguments = {
        "workstation_person": _person(context, placement.person),
        "workstation_room": placement.room,
    }
    return Built(arguments, placement.because)


def switch(context: Context, name: str) -> Built:
    """All VLANs, all ports, and the way to the device."""
    host, connection = context.host(name), context.town.connection
    platform, ports = SWITCH_PLATFORMS[host.platform], context.intent.switch_ports[name]
    networks = sorted(context.town.networks.values(), key=lambda network: network.vlan)
    arguments: Arguments = {
        "switch_platform": host.platform,
        "switch_address": str(context.placement(name).control_address),
        "switch_hostname": name,
        "switch_user": connection.user,
        "switch_private_key": connection.private_key,
        "switch_known_hosts": connection.known_hosts,
        "switch_vlans": [{"id": network.vlan, "name": network.name} for network in networks],
        "switch_ports": [_port(port, platform) for port in ports],
    }
    lines = (*because(host, connection, *networks), *(line for port in ports for line in port.because))
    return Built(arguments, tuple(dict.fromkeys(lines)))


def _person(context: Context, account: str | None) -> Arguments | None:
    if account is None:
        return None
    person = context.town.people[account]
    return {
        "account": person.account,
        "name": person.name,
        "department": context.town.departments[person.department].title,
        "post": person.post,
    }


def _port(port: SwitchPort, platform: SwitchPlatform) -> Arguments:
    return {
        "number": port.number,
        "name": platform.port_name(port.number),
        "mode": port.mode,
        "vlan": port.vlan,
        "vlans": list(port.vlans),
        "description": port.description,
    }
