"""Arguments of the directory's roles: domain controllers, the objects in them, machines that join."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.intent import Group, OrganisationalUnit, User
from orchestrator.model.names import OPERATIONS_MASTERS
from orchestrator.model.source import Source, because
from orchestrator.render.context import Arguments, Built, Context

ADMINISTRATOR, JOIN, INITIAL = "directory_administrator", "computer_join", "initial_password"


def domain_controller(context: Context, name: str) -> Built:
    """The operations master founds the domain, the others join it."""
    host, identity = context.host(name), context.town.identity
    own = context.placement(name).fqdn
    arguments: Arguments = {
        "domain_controller_realm": identity.domain.upper(),
        "domain_controller_domain": identity.domain,
        "domain_controller_netbios": identity.netbios,
        "domain_controller_hostname": name,
        "domain_controller_address": str(host.address),
        "domain_controller_first": OPERATIONS_MASTERS in host.groups,
        "domain_controller_peers": [peer for peer in context.named_controllers if peer["name"] != own],
        "domain_controller_dns_forwarders": [str(address) for address in context.town.dns_forwarders],
        "domain_controller_administrator_password": context.secret(ADMINISTRATOR),
    }
    lines = (*because(host, identity, *context.controllers), *context.secret_line(ADMINISTRATOR))
    return Built(arguments, tuple(dict.fromkeys(lines)))


def directory(context: Context, name: str) -> Built:
    """Every object of the directory that follows from the inventory."""
    identity, intent = context.town.identity, context.intent
    arguments: Arguments = {
        "directory_realm": identity.domain.upper(),
        "directory_domain": identity.domain,
        "directory_base_dn": ",".join(f"DC={part}" for part in identity.domain.split(".")),
        "directory_hostname": context.placement(name).fqdn,
        "directory_organisational_units": [_unit(unit) for unit in intent.organisational_units],
        "directory_groups": [_group(group) for group in intent.groups],
        "directory_users": [_user(context, user) for user in intent.users],
        "directory_computers": _computers(context),
        "directory_zones": list(intent.zones),
        "directory_records": _records(context),
    }
    return Built(arguments, tuple(dict.fromkeys(_directory_lines(context))))


def domain_member(context: Context, name: str) -> Built:
    """How a machine joins, and who may log in on it: its person, or everyone of its department."""
    identity, placement = context.town.identity, context.placement(name)
    people = _people_of(context, name)
    arguments: Arguments = {
        "domain_member_realm": identity.domain.upper(),
        "domain_member_domain": identity.domain,
        "domain_member_hostname": name,
        "domain_member_fqdn": placement.fqdn,
        "domain_member_computer_ou": context.computer_units[name],
        "domain_member_controllers": context.named_controllers,
        "domain_member_join_password": context.secret(JOIN, f"join {name}"),
        "domain_member_login_users": people,
    }
    staff = () if placement.person else because(*(context.town.people[account] for account in people))
    lines = (*placement.because, identity.source, *context.controller_lines, *staff)
    return Built(arguments, (*lines, *context.secret_line(JOIN)))


def _people_of(context: Context, name: str) -> list[str]:
    person = context.town.people.get(context.placement(name).person or "")
    if person is not None:
        return [] if person.left else [person.account]
    return context.staff.get(context.placement(name).department or "", [])


def _unit(unit: OrganisationalUnit) -> Arguments:
    return {"name": unit.name, "parent": unit.parent, "description": unit.description}


def _group(group: Group) -> Arguments:
    return {
        "name": group.name,
        "ou": group.ou,
        "description": group.description,
        "members": list(group.members),
    }


def _user(context: Context, user: User) -> Arguments:
    return {
        "account": user.account,
        "display_name": user.display_name,
        "given_name": user.given_name,
        "surname": user.surname,
        "ou": user.ou,
        "post": user.post,
        "department": user.department,
        "enabled": user.enabled,
        "initial_password": context.secret(INITIAL, f"initial {user.account}"),
    }


def _computers(context: Context) -> list[Arguments]:
    return [
        {
            "name": computer.name,
            "ou": computer.ou,
            "dns_name": computer.dns_name,
            "join_password": context.secret(JOIN, f"join {computer.name}"),
        }
        for computer in context.intent.computers
    ]


def _records(context: Context) -> list[Arguments]:
    return [
        {"zone": record.zone, "name": record.name, "type": record.type, "value": record.value}
        for record in context.intent.records
    ]


def _directory_lines(context: Context) -> Iterator[Source]:
    intent, secrets = context.intent, context.secret_line(ADMINISTRATOR, INITIAL, JOIN)
    topics = (intent.organisational_units, intent.groups, intent.users, intent.computers, intent.records)
    yield from (line for topic in topics for value in topic for line in value.because)
    yield from secrets
