"""Runs on a domain controller behind machine.py: says what objects its domain holds, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator.apply.witness.machine import KINDS, Found, Names

OBJECTS = {
    "(&(objectCategory=person)(objectClass=user))": (
        "displayName givenName sn title department sAMAccountName userPrincipalName servicePrincipalName"
        " userAccountControl scriptPath primaryGroupID"
    ),
    "(objectCategory=computer)": "dNSHostName sAMAccountName userAccountControl msDS-AllowedToDelegateTo",
    "(objectClass=group)": "member sAMAccountName",
    "(objectClass=organizationalUnit)": "description gPLink",
    "(objectClass=domainDNS)": "minPwdLength maxPwdAge pwdProperties pwdHistoryLength lockoutThreshold",
}


def directories(root: str, names: Names) -> Found:
    """Everything that people or machines log on with, groups, units, the rules for passwords, and names."""
    import ldb  # type: ignore[import-not-found]
    from samba.auth import system_session  # type: ignore[import-not-found]
    from samba.param import LoadParm  # type: ignore[import-not-found]
    from samba.samdb import SamDB  # type: ignore[import-not-found]

    settings = LoadParm()
    settings.load_default()
    database = SamDB(session_info=system_session(), lp=settings)
    for base in names:
        found = {
            str(one.dn): dict(attributes_of(one, wanted.split()))
            for expression, wanted in OBJECTS.items()
            for one in database.search(base, ldb.SCOPE_SUBTREE, expression, wanted.split())
        }
        place = "CN=MicrosoftDNS,DC=DomainDnsZones," + base
        for one in database.search(place, ldb.SCOPE_SUBTREE, "(adminDescription=townhall)", ["dnsRecord"]):
            found[str(one.dn)] = {"dnsRecord": sorted(map(record_of, one.get("dnsRecord", ())))}
        yield ["directory", base, found]


def attributes_of(one: Any, wanted: list[str]) -> Iterator[tuple[str, Any]]:
    """The attributes that an object has; one value as text, several as a sorted list."""
    for name in wanted:
        if name in one:
            values = sorted(map(str, one[name]))
            yield name, values if len(values) > 1 or name == "member" else values[0]


def record_of(stored: Any) -> str:
    """A record's kind and value, without its serial number and time."""
    from samba.dcerpc import dnsp  # type: ignore[import-not-found]
    from samba.ndr import ndr_unpack  # type: ignore[import-not-found]

    record = ndr_unpack(dnsp.DnssrvRpcRecord, bytes(stored))
    kinds = {dnsp.DNS_TYPE_A: "A", dnsp.DNS_TYPE_PTR: "PTR", dnsp.DNS_TYPE_CNAME: "CNAME"}
    if record.wType in kinds:
        return f"{kinds[record.wType]} {record.data}"
    return f"{record.wType} {bytes(stored)[24:].hex()}"


KINDS["directory"] = directories
