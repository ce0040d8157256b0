"""What the database of Open vSwitch says of its ports, and the commands from one state to another; pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.errors import MachineError
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.render.switch_text import one_line

BRIDGE = "br0"
DESCRIPTION = "townhall-description"
_NO_VLAN = (4095,)


@dataclass(frozen=True, slots=True)
class Row:
    """A port's row in the database."""

    mode: str | None
    tag: int | None
    trunks: tuple[int, ...]
    description: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Rows of the bridge's ports by name, and for every interface that is there whether its link is up."""

    rows: Mapping[str, Row]
    links: Mapping[str, bool]


def parse(text: str) -> State:
    """Read the three JSON documents: ports, the bridge, links."""
    documents = [json.loads(line) for line in text.splitlines() if line.strip()[:1] in ("{", "[")]
    if len(documents) != 3:
        raise MachineError(f"Open vSwitch answered {len(documents)} documents instead of 3: {text[:200]!r}")
    ports, bridges, links = _table(documents[0]), _table(documents[1]), documents[2]
    members = {member for bridge in bridges for member in _members(bridge["ports"])}
    rows = {port["name"]: _row(port) for port in ports if _members(port["_uuid"])[0] in members}
    return State(rows, {link["ifname"]: "UP" in link["flags"] for link in links})


def _table(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(document["headings"], row, strict=True)) for row in document["data"]]


def _members(value: Any) -> list[Any]:
    """A column of the database as a list: a set of one is written as the one, others are marked."""
    if not isinstance(value, list):
        return [value]
    kind, content = value
    return [content] if kind == "uuid" else [member for item in content for member in _members(item)]


def _row(port: Mapping[str, Any]) -> Row:
    mode, tag = _members(port["vlan_mode"]), _members(port["tag"])
    return Row(
        mode=mode[0] if mode else None,
        tag=tag[0] if tag else None,
        trunks=tuple(sorted(_members(port["trunks"]))),
        description=dict(port["external_ids"][1]).get(DESCRIPTION),
    )


def port_of(port: Port, state: State) -> Port:
    """A wanted port as it is now."""
    row = state.rows.get(port.name)
    if row is None:
        return Port(port.number, port.name, "shut", None, (), "")
    vlans = row.trunks if row.mode == "trunk" else ()
    return Port(port.number, port.name, row.mode or "other", row.tag, vlans, row.description or "")


def goal(state: State, wanted: WantedSwitch) -> State:
    """The state with every wanted port as wanted and all else as it is."""
    names = {port.name for port in wanted.ports}
    rows = {name: row for name, row in state.rows.items() if name not in names}
    rows |= {port.name: _wanted_row(port) for port in wanted.ports if port.mode != "shut"}
    links = {port.name: port.mode != "shut" for port in wanted.ports if port.name in state.links}
    return State(rows, {**state.links, **links})


def _wanted_row(port: Port) -> Row:
    description = one_line(port.description, port.name) or None
    if port.mode == "access":
        return Row("access", port.vlan, (), description)
    # An empty list of trunks would carry every network.
    return Row("trunk", None, port.vlans or _NO_VLAN, description)


def differences(now: State, then: State) -> tuple[str, ...]:
    """Shell commands from one state to the other, in the order of names; rows first, then links."""
    rows = (name for name in _sorted({*now.rows, *then.rows}) if now.rows.get(name) != then.rows.get(name))
    links = (name for name in _sorted(set(then.links)) if now.links.get(name) != then.links[name])
    return (
        *(_row_command(name, then.rows.get(name)) for name in rows),
        *(f"ip link set dev {shlex.quote(name)} {'up' if then.links[name] else 'down'}" for name in links),
    )


def _sorted(names: set[str]) -> list[str]:
    return sorted(names, key=lambda name: (len(name), name))


def _row_command(name: str, row: Row | None) -> str:
    words = ["--if-exists", "del-port", BRIDGE, name] if row is None else list(_set_words(name, row))
    return "ovs-vsctl " + shlex.join(words)


def _set_words(name: str, row: Row) -> Iterator[str]:
    yield from ("--may-exist", "add-port", BRIDGE, name, "--", "set", "port", name)
    yield f"vlan_mode={row.mode or '[]'}"
    yield f"tag={'[]' if row.tag is None else row.tag}"
    yield f"trunks=[{','.join(map(str, row.trunks))}]"
    if row.description is None:
        yield from ("--", "remove", "port", name, "external_ids", DESCRIPTION)
    else:
        yield f"external_ids:{DESCRIPTION}={json.dumps(row.description)}"
