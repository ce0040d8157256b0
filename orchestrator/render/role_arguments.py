"""Which function builds which role's arguments: one for every role whose arguments can be derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.render.base import base
from orchestrator.render.context import Built, Context
from orchestrator.render.dhcp import dhcp_relay, dhcp_server
from orchestrator.render.directory import directory, domain_controller, domain_member
from orchestrator.render.firewall import firewall
from orchestrator.render.machines import derived_values, switch, workstation
from orchestrator.render.protection import antivirus_client, backup_client, backup_server

BUILDERS: Mapping[str, Callable[[Context, str], Built]] = {
    builder.__name__: builder
    for builder in (
        antivirus_client,
        backup_client,
        backup_server,
        base,
        derived_values,
        dhcp_relay,
        dhcp_server,
        directory,
        domain_controller,
        domain_member,
        firewall,
        switch,
        workstation,
    )
}


def derived_arguments(context: Context, host: str, role: str) -> Built:
    """The derived arguments of a role on a host; a role without a builder has only those that people set."""
    builder = BUILDERS.get(role)
    return builder(context, host) if builder else Built({}, (context.host(host).source,))
