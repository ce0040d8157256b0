"""Arguments of the role base: names, name servers, time and packages of every host."""

from __future__ import annotations

from orchestrator.model.addresses import dotted
from orchestrator.model.names import DOMAIN_CONTROLLERS, WORKSTATIONS
from orchestrator.render.context import Arguments, Built, Context


def base(context: Context, name: str) -> Built:
    """Domain controllers ask themselves first and serve time; everyone else asks all of them."""
    host = context.host(name)
    is_controller = DOMAIN_CONTROLLERS in host.groups
    connection = context.town.connection
    arguments: Arguments = {
        "base_hostname": name,
        "base_fqdn": context.placement(name).fqdn,
        "base_dns_servers": context.controller_addresses,
        "base_search_domain": context.town.identity.domain,
        "base_time_servers": context.controller_addresses,
        "base_time_clients": [],
        "base_package_sources": context.package_sources,
        "base_password_login": WORKSTATIONS in host.groups,
        "base_controllers": [str(connection.controller)],
    }
    if is_controller:
        arguments |= _of_controller(context, dotted(host.address))
    return Built(arguments, (host.source, connection.source, *context.base_lines))


def _of_controller(context: Context, own: str) -> Arguments:
    others = [address for address in context.controller_addresses if address != own]
    return {
        "base_dns_servers": [own, *others],
        "base_time_servers": [],
        "base_time_clients": [str(subnet) for subnet in context.inside],
    }
