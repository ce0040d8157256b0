"""Arguments of dhcp_server and dhcp_relay."""

from __future__ import annotations

from orchestrator.model.addresses import dotted
from orchestrator.model.intent import Reservation, Subnet
from orchestrator.model.names import DHCP_SERVERS
from orchestrator.model.source import because
from orchestrator.render.context import Arguments, Built, Context
from orchestrator.render.firewall import interface


def dhcp_server(context: Context, name: str) -> Built:
    """Every subnet with its pool and reservations."""
    host, intent = context.host(name), context.intent
    arguments: Arguments = {
        "dhcp_server_address": str(host.address),
        "dhcp_server_domain": context.town.identity.domain,
        "dhcp_server_dns_servers": context.controller_addresses,
        "dhcp_server_time_servers": context.controller_addresses,
        "dhcp_server_subnets": [_subnet(subnet) for subnet in intent.subnets],
    }
    lines = [*because(host, context.town.identity), *context.controller_lines]
    for subnet in intent.subnets:
        lines += subnet.because
        lines += [line for reservation in subnet.reservations for line in reservation.because]
    return Built(arguments, tuple(dict.fromkeys(lines)))


def dhcp_relay(context: Context, name: str) -> Built:
    """Requests come in on the legs of clients and go out on those of the servers."""
    servers = context.hosts_of(DHCP_SERVERS)
    server_networks = {context.placement(server.name).network for server in servers}
    clients = [subnet for subnet in context.intent.subnets if subnet.network not in server_networks]
    own = [subnet for subnet in context.intent.subnets if subnet.network in server_networks]
    arguments: Arguments = {
        "dhcp_relay_servers": [str(server.address) for server in servers],
        "dhcp_relay_client_interfaces": [interface(subnet.id) for subnet in clients],
        "dhcp_relay_server_interfaces": [interface(subnet.id) for subnet in own],
    }
    lines = (
        *because(context.host(name), *servers),
        *(line for subnet in context.intent.subnets for line in subnet.because),
    )
    return Built(arguments, tuple(dict.fromkeys(lines)))


def _subnet(subnet: Subnet) -> Arguments:
    return {
        "id": subnet.id,
        "name": subnet.network,
        "subnet": str(subnet.subnet),
        "gateway": str(subnet.gateway),
        "pool": f"{subnet.pool[0]}-{subnet.pool[1]}" if subnet.pool else None,
        "reservations": [_reservation(reservation) for reservation in subnet.reservations],
    }


def _reservation(reservation: Reservation) -> Arguments:
    return {"hostname": reservation.host, "mac": reservation.mac, "address": dotted(reservation.address)}
