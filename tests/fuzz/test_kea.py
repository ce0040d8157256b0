"""The DHCP server's networks and reservations for Kea."""

from __future__ import annotations

from typing import Any

from hypothesis import given as cases

from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter

SUBNET = {
    "id": 10,
    "name": "users",
    "subnet": "198.18.10.0/24",
    "gateway": "198.18.10.1",
    "pool": "198.18.10.200-198.18.10.239",
    "reservations": [{"hostname": "pc-1", "mac": "52:54:00:12:00:01", "address": "198.18.10.51"}],
}
KEA = Emitter(
    "dhcp_server", {"etc/kea/kea-dhcp4.conf": reading.kea}, {"dhcp_server_subnets": [SUBNET, SUBNET]}
)


@fuzzed
@cases(KEA.hostile())
def test_a_hostile_argument_of_the_dhcp_server_is_refused_or_exactly_one_value_of_its_json(
    drawn: Any,
) -> None:
    """Sabotage: write a host name in quotes instead of by `to_json`, or any name into a comment."""
    KEA.holds(drawn)


def test_every_text_of_kea_is_tried() -> None:
    """Sabotage: leave the networks out of the tried arguments."""
    assert {place[-1] for _, place, _, _ in KEA.cases if place[0] == "dhcp_server_subnets"} == {
        "address",
        "gateway",
        "hostname",
        "mac",
        "name",
        "pool",
        "subnet",
    }
    assert KEA.names == {
        "dhcp_server_address",
        "dhcp_server_dns_servers",
        "dhcp_server_domain",
        "dhcp_server_interface",
        "dhcp_server_subnets",
        "dhcp_server_time_servers",
    }
