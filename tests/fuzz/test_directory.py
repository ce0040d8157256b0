"""Samba's, Kerberos' and sssd's settings on domain controllers and members."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cryptography.x509 import Name
from hypothesis import given as cases

from orchestrator.derive.directory import organisational_units
from orchestrator.desired import desired
from orchestrator.load import values
from orchestrator.load.problems import BadError
from orchestrator.role_templates import ROLES
from tests.fuzz import reading
from tests.fuzz.hostile import SEEDS, around, fuzzed
from tests.fuzz.law import Emitter

SAMBA = Emitter(
    "domain_controller",
    {"etc/samba/smb.conf": reading.sections, "etc/krb5.conf": reading.sections},
    {
        "domain_controller_dns_forwarders": ["198.18.200.53", "198.18.200.54"],
        "domain_controller_peers": [{"name": "dc2.lab.townhall.test", "address": "198.18.20.12"}],
    },
)
SSSD = Emitter(
    "domain_member",
    {"etc/sssd/sssd.conf": reading.sections, "etc/krb5.conf": reading.sections},
    {"domain_member_login_users": ["m.petrovic", "j.jovanovic"]},
)

TOWN = desired(ROLES.parent / "inventories/lab").town


@fuzzed
@cases(SAMBA.hostile())
def test_a_hostile_argument_of_a_controller_is_refused_or_exactly_one_value(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the realm in smb.conf, or `plain_address` off a peer in krb5.conf."""
    SAMBA.holds(drawn)


@fuzzed
@cases(SSSD.hostile())
def test_a_hostile_argument_of_a_member_is_refused_or_exactly_one_value(drawn: Any) -> None:
    """Sabotage: take `plain_word` off those who may log in."""
    SSSD.holds(drawn)


@fuzzed
@cases(SEEDS)
def test_a_hostile_name_of_a_department_is_refused_or_one_step_of_a_distinguished_name(
    chance: Random,
) -> None:
    """Sabotage: allow a comma, or a space at the end, in a key of orchestrator/load/values.py."""
    name = around("finance", chance)
    try:
        values.key(name)
    except BadError:
        return
    department = replace(TOWN.departments["finance"], key=name)
    units = organisational_units(replace(TOWN, departments={name: department}), ())
    assert {steps(unit.parent) for unit in units} == {(), ("Townhall",), ("Townhall", name)}


def steps(text: str) -> tuple[str, ...]:
    """The units of a distinguished name as RFC 4514 reads it, the outermost first."""
    return tuple(str(one.value) for one in Name.from_rfc4514_string(text))


@pytest.mark.parametrize(
    ("emitter", "names"),
    [
        (SAMBA, {"realm", "domain", "netbios", "hostname", "address", "peers", "dns_forwarders"}),
        (SSSD, {"realm", "domain", "fqdn", "controllers", "login_users"}),
    ],
    ids=lambda value: getattr(value, "role", ""),
)
def test_every_text_of_the_directory_is_tried(emitter: Emitter, names: set[str]) -> None:
    """Sabotage: leave krb5.conf out of the files."""
    assert emitter.names == {f"{emitter.role}_{name}" for name in names}
    assert {file for file, _, _, _ in emitter.cases} == {*emitter.files}
