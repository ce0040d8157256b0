"""Arguments of the role base: names, name servers, time and packages of every host."""

from __future__ import annotations

from orchestrator.model.names import DOMAIN_CONTROLLERS, OUTSIDE_ZONE, WORKSTATIONS
from orchestrator.model.source import because
from orchestrator.render.context import Arguments, Built, Context


def base(context: Context, name: str) -> Built:
    """Domain controllers ask themselves first and serve time; everyone else asks all of them."""
    host, town = context.host(name), context.town
    is_controller = DOMAIN_CONTROLLERS in host.groups
    arguments: Arguments = {
        "base_hostname": name,
        "base_fqdn": context.placement(name).fqdn,
        "base_dns_servers": _dns_servers(context, str(host.address), is_controller),
        "base_search_domain": town.identity.domain,
        "base_time_servers": [] if is_controller else context.controller_addresses,
        "base_time_clients": _time_clients(context) if is_controller else [],
        "base_package_sources": _package_sources(context),
        "base_password_login": WORKSTATIONS in host.groups,
    }
    lines = because(host, town.identity, *context.controllers, *town.package_sources)
    return Built(arguments, lines)


def _dns_servers(context: Context, own: str, is_controller: bool) -> list[str]:
    if not is_controller:
        return context.controller_addresses
    return [own, *(address for address in context.controller_addresses if address != own)]


def _time_clients(context: Context) -> list[str]:
    inside = (network for network in context.town.networks.values() if network.zone != OUTSIDE_ZONE)
    return [str(subnet) for subnet in sorted(network.subnet for network in inside)]


def _package_sources(context: Context) -> list[Arguments]:
    return [
        {
            "uri": source.uri,
            "suite": source.suite,
            "components": list(source.components),
            "keyring": source.keyring,
        }
        for source in context.town.package_sources
    ]
