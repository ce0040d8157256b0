"""Brings the DNS zones and records that live in the directory to the wanted state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ansible.module_utils.directory_changes import MARK, MARK_NAME, Directory, is_ours, text

with suppress(ImportError):
    import ldb
    from samba.dcerpc import dnsp, security
    from samba.ndr import ndr_pack, ndr_unpack
    from samba.provision import sambadns

    TYPES = {"A": dnsp.DNS_TYPE_A, "PTR": dnsp.DNS_TYPE_PTR, "CNAME": dnsp.DNS_TYPE_CNAME,
             "SRV": dnsp.DNS_TYPE_SRV}  # fmt: skip

PARTITION = "DC=DomainDnsZones"
Node = tuple[str, str]


def reconcile_zones(directory: Directory, hostname: str, zones: Sequence[str]) -> None:
    """Make the zones that are missing; the name servers of all controllers notice them by themselves."""
    container = _container(directory)
    found = {
        text(zone, "name").casefold()
        for zone in directory.search("(objectClass=dnsZone)", ["name"], container)
    }
    missing = [zone for zone in zones if zone.casefold() not in found]
    for zone in missing:
        directory.changes.append(f"zone {zone}: made")
        if not directory.check:
            _make_zone(directory, hostname, zone)


def reconcile_records(
    directory: Directory, zones: Sequence[str], records: Sequence[Mapping[str, str]]
) -> None:
    """Write the records that differ and remove those that Townhall made and nobody wants any more."""
    wanted: dict[Node, set[tuple[str, str]]] = defaultdict(set)
    for record in records:
        node = (record["zone"].casefold(), record["name"].casefold())
        wanted[node].add((record["type"], _plain(record["type"], record["value"])))
    found = _nodes(directory)
    for node, values in sorted(wanted.items()):
        _write(directory, node, values, found.pop(node, None))
    managed = {zone.casefold() for zone in zones}
    for (zone, name), existing in sorted(found.items()):
        if is_ours(existing) and zone in managed:
            directory.delete(existing.dn, f"record {name}.{zone}: removed")


def _container(directory: Directory) -> object:
    return ldb.Dn(directory.db, f"CN=MicrosoftDNS,{PARTITION},{directory.base}")


def _make_zone(directory: Directory, hostname: str, zone: str) -> None:
    db = directory.db
    admins = sambadns.get_dnsadmins_sid(db, str(directory.base))
    sambadns.add_domain_record(
        db, str(directory.base), PARTITION, zone, security.dom_sid(db.get_domain_sid()), admins
    )
    short, _, domain = hostname.partition(".")
    sambadns.add_at_record(db, f"DC={zone},{_container(directory)}", "DC=@", short, domain, None, None)


def _nodes(directory: Directory) -> dict[Node, object]:
    attributes = ["name", "dnsRecord", "dNSTombstoned"]
    nodes = directory.search("(objectClass=dnsNode)", attributes, _container(directory))
    return {
        (node.dn.get_component_value(1).casefold(), text(node, "name").casefold()): node for node in nodes
    }


def _write(directory: Directory, node: Node, wanted: set[tuple[str, str]], existing: object) -> None:
    zone, name = node
    others, current = _parts(existing)
    ours = existing is None or is_ours(existing) or not (others or current)
    missing, surplus = sorted(wanted - current), sorted(current - wanted) if ours else []
    if not missing and not surplus:
        return
    said = " ".join(
        [*(f"+{kind} {value}" for kind, value in missing), *(f"-{kind} {value}" for kind, value in surplus)]
    )
    kept = wanted if ours else wanted | current
    values = [*others, *(ndr_pack(_record(kind, value)) for kind, value in sorted(kept))]
    words = f"record {name}.{zone}: {said}"
    if existing is None:
        dn = ldb.Dn(directory.db, "DC=x")
        dn.set_component(0, "DC", name)
        dn.add_base(ldb.Dn(directory.db, f"DC={zone},{_container(directory)}"))
        directory.add(dn, {"objectClass": ["top", "dnsNode"], "dnsRecord": values}, words)
    else:
        mark = {MARK_NAME: MARK} if ours else {}
        directory.replace(existing.dn, {"dnsRecord": values, "dNSTombstoned": "", **mark}, words)


def _parts(existing: object) -> tuple[list[bytes], set[tuple[str, str]]]:
    """Records of kinds that are not managed as they are stored, and the managed ones as kind and value."""
    others: list[bytes] = []
    current: set[tuple[str, str]] = set()
    names = {number: name for name, number in TYPES.items()}
    for stored in existing["dnsRecord"] if existing is not None and "dnsRecord" in existing else []:
        record = ndr_unpack(dnsp.DnssrvRpcRecord, bytes(stored))
        if record.wType in names:
            current.add((names[record.wType], _plain(names[record.wType], record.data)))
        elif record.wType != dnsp.DNS_TYPE_TOMBSTONE:
            others.append(bytes(stored))
    return others, current


def _plain(kind: str, value: object) -> str:
    if kind == "SRV" and not isinstance(value, str):
        value = f"{value.wPriority} {value.wWeight} {value.wPort} {value.nameTarget}"
    return str(value) if kind == "A" else str(value).rstrip(".").casefold()


def _record(kind: str, value: str) -> object:
    if kind == "SRV":
        priority, weight, port, target = value.split()
        return sambadns.SRVRecord(target, int(port), int(priority), int(weight))
    record = sambadns.ARecord(value)
    record.wType = TYPES[kind]
    record.data = value
    return record
