"""The script that starts the DHCP relay."""

from __future__ import annotations

from typing import Any

from hypothesis import given as cases

from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter

RELAY = Emitter(
    "dhcp_relay",
    {"usr/local/sbin/townhall-dhcp-relay": reading.shell},
    {
        "dhcp_relay_servers": ["198.18.20.13", "198.18.20.14"],
        "dhcp_relay_client_interfaces": ["eth0.10", "eth0.11"],
        "dhcp_relay_server_interfaces": ["eth0.20"],
    },
)


@fuzzed
@cases(RELAY.hostile())
def test_a_hostile_argument_of_the_relay_is_refused_or_exactly_one_word_of_its_script(drawn: Any) -> None:
    """Sabotage: take `plain_address` off the servers."""
    RELAY.holds(drawn)


def test_every_text_of_the_relay_is_tried() -> None:
    """Sabotage: leave the servers' interface out of the tried arguments."""
    assert RELAY.names == {*RELAY.more}
