"""The firewall's files for systemd-networkd."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from ipaddress import IPv4Interface
from typing import Any

from hypothesis import given as cases

from orchestrator.role_templates import ROLES
from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter, Path

_SPEC = importlib.util.spec_from_file_location(
    "firewall_networks", ROLES / "firewall/library/firewall_networks.py"
)
assert _SPEC
assert _SPEC.loader
NETWORKS = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(NETWORKS)
CALL = {
    "interfaces": "firewall_interfaces",
    "parent": "firewall_parent_interface",
    "gateway": "firewall_default_route",
    "gateway_interface": "firewall_default_route_interface",
}


def written(_role: str, _file: str, arguments: Mapping[str, Any]) -> str | None:
    """The files by name as JSON; nothing where the module refuses a value."""
    try:
        found = NETWORKS.files({name: arguments[CALL[name]] for name in CALL}, frozenset())
    except (KeyError, ValueError):
        return None
    return json.dumps(found)


def read(text: str) -> Any:
    """The sections of every file by its name."""
    return {name: reading.sections(body) for name, body in json.loads(text).items()}


def spelled(place: Path, value: str) -> str:
    """An address is printed from the number that it is."""
    return str(IPv4Interface(value)) if place[-1] == "address" else value


NETWORKD = Emitter(
    "firewall",
    {"files": read},
    {"firewall_default_route": "198.18.200.254", "firewall_default_route_interface": "eth0.200"},
    written,
    spelled,
)


@fuzzed
@cases(NETWORKD.hostile())
def test_a_hostile_interface_is_refused_or_exactly_one_value_of_its_file(drawn: Any) -> None:
    """Sabotage: write the address as it comes, or let `word` pass anything."""
    NETWORKD.holds(drawn)


def test_every_text_of_the_interfaces_is_tried() -> None:
    """Sabotage: leave the default route out of the tried arguments."""
    assert NETWORKD.names == {"firewall_interfaces", "firewall_parent_interface", "firewall_default_route"}
    inside = {place[2] for _, place, _, _ in NETWORKD.cases if place[0] == "firewall_interfaces"}
    assert inside == {"name", "network", "address"}
