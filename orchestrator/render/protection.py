"""Arguments of the antivirus and backup roles: clients find their server, servers know their clients."""

from __future__ import annotations

from orchestrator.model.names import ANTIVIRUS_SERVERS, BACKUP_SERVERS
from orchestrator.model.source import because
from orchestrator.render.context import Arguments, Built, Context

ACCESS, ENCRYPTION = "backup_access", "backup_encryption"
BACKUP_PORT = 8000
SIGNATURE_FILES = ("town.ndb",)


def antivirus_client(context: Context, name: str) -> Built:
    """Signatures come from the town's own server."""
    server = context.first_of(ANTIVIRUS_SERVERS, name)
    arguments: Arguments = {
        "antivirus_client_server": f"http://{server.address}",
        "antivirus_client_databases": list(SIGNATURE_FILES),
    }
    return Built(arguments, because(context.host(name), server))


def backup_server(context: Context, name: str) -> Built:
    """Every client has its own user with its own password."""
    clients = [
        {"name": client, "password": context.secret(ACCESS, f"backup {client}")}
        for client in context.intent.backup_clients
    ]
    hosts = (context.host(client) for client in context.intent.backup_clients)
    lines = (*because(context.host(name), *hosts), *context.secret_line(ACCESS))
    return Built({"backup_server_clients": clients}, lines)


def backup_client(context: Context, name: str) -> Built:
    """The client's user is its short name; what it stores is encrypted with a password of its own."""
    server = context.first_of(BACKUP_SERVERS, name)
    arguments: Arguments = {
        "backup_client_server": f"{server.address}:{BACKUP_PORT}",
        "backup_client_name": name,
        "backup_client_password": context.secret(ACCESS, f"backup {name}"),
        "backup_client_encryption_password": context.secret(ENCRYPTION, f"encryption {name}"),
    }
    lines = (*because(context.host(name), server), *context.secret_line(ACCESS, ENCRYPTION))
    return Built(arguments, lines)
