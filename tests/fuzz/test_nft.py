"""The firewall's rules for nft."""

from __future__ import annotations

from typing import Any

from hypothesis import given as cases

from orchestrator.flows import allowed, allowed_by
from orchestrator.flows.parse import parse
from orchestrator.flows.ruleset import ruleset
from tests.fuzz import reading
from tests.fuzz.hostile import fuzzed
from tests.fuzz.law import Emitter, emitted, put

RULES = "etc/townhall/firewall.nft"
LEG = "eth0.200"
NFT = Emitter(
    "firewall",
    {RULES: reading.nft},
    {
        "firewall_sets": [{"name": "zone_users", "elements": ["198.18.10.0/24"]}],
        "firewall_forward": [
            {
                "name": "web",
                "source": "zone_users",
                "source_interfaces": ["eth0.10"],
                "destination": "zone_users",
                "destination_interfaces": [LEG],
                "until": "2030-01-01",
                "protocol": "tcp",
                "ports": ["80", "1000-2000"],
                "comment": "web",
            }
        ],
        "firewall_input": [
            {
                "name": "dhcp",
                "source": "zone_users",
                "source_interfaces": ["eth0.10"],
                "protocol": "udp",
                "ports": ["67"],
                "comment": "dhcp",
            }
        ],
        "firewall_masquerade": [{"source": "zone_users", "interface": LEG}],
        "firewall_published": [
            {
                "name": "site",
                "interface": LEG,
                "protocol": "tcp",
                "port": 443,
                "destination": "198.18.10.5",
                "destination_port": 8443,
            }
        ],
    },
)


@fuzzed
@cases(NFT.hostile())
def test_a_hostile_argument_of_the_firewall_is_refused_or_exactly_one_word_of_its_rule(drawn: Any) -> None:
    """Sabotage: take `plain_note` off a comment, or `plain_address` off the elements of a set."""
    NFT.holds(drawn)


@fuzzed
@cases(NFT.hostile())
def test_what_a_hostile_policy_lets_through_is_what_its_arguments_say(drawn: Any) -> None:
    """Sabotage: take `plain_word` off the names of interfaces, or `matching` off the ports."""
    (_, place, _, _), value = drawn
    arguments = put(NFT.arguments, place, value)
    text = emitted("firewall", RULES, arguments)
    if text is not None:
        assert parse(text) == ruleset(arguments)


def test_every_text_of_the_rules_is_tried() -> None:
    """Sabotage: leave the published ports out of the tried arguments."""
    assert NFT.names == {
        "firewall_control_interface",
        "firewall_controllers",
        "firewall_forward",
        "firewall_hostname",
        "firewall_input",
        "firewall_interfaces",
        "firewall_masquerade",
        "firewall_published",
        "firewall_sets",
    }
    text = emitted("firewall", RULES, NFT.arguments)
    assert text is not None
    assert allowed_by(text, NFT.arguments) == allowed(NFT.arguments)
