"""Laws of the algebra, on made-up policies and on the two towns."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import Refused
from orchestrator.flows import FlowSet, Packet, Row, allowed, allowed_by, changes, rows
from orchestrator.flows.evaluate import Box, Evaluator
from orchestrator.flows.flow_set import ALWAYS
from orchestrator.flows.ground import ground
from orchestrator.flows.names import names
from orchestrator.flows.ruleset import port_range, ruleset
from orchestrator.flows.services import services
from orchestrator.flows.spans import Ranges, tidy
from tests.flows.policies import Policy, policies, policy_of, text_of
from tests.golden import Golden

MANY = settings(max_examples=40, deadline=None)


def same_flows(one: FlowSet, other: FlowSet) -> bool:
    """Whether two sets hold the same flows, whatever their last days."""
    return not (one - other) and not (other - one)


def read_back(row: Row, arguments: Policy, hosts: dict[str, str]) -> FlowSet:
    """The set that a row's words mean."""
    rules, here = ruleset(arguments), ground(arguments)
    senders = dict(names(rules, here, here.sources, hosts).named)
    receivers = dict(names(rules, here, here.destinations, hosts).named)
    asked = tidy(part for word in row.services.split(", ") for part in service_of(word))
    sources = tidy(part for word in row.sources for part in places_of(word, senders))
    destinations = tidy(part for word in row.destinations for part in places_of(word, receivers))
    return Evaluator().union([Box(sources, (destinations, asked, row.until or ALWAYS))])


def places_of(word: str, known: dict[str, Ranges]) -> Ranges:
    """The places of a name, or of addresses on a door."""
    if word in known:
        return known[word]
    addresses, _, door = word.partition(" on ")
    first, _, last = addresses.partition("-")
    return (((door, int(IPv4Address(first))), (door, int(IPv4Address(last or first)) + 1)),)


def service_of(word: str) -> Ranges:
    """The services that a word means."""
    protocol, _, port = word.partition("/")
    plain = {"everything": "any", "other protocols": "other"}.get(protocol, protocol)
    return services(plain, [port_range(port)] if port else ())


@MANY
@given(policies())
def test_the_text_that_nft_is_given_says_the_same_flows(arguments: Policy) -> None:
    """Sabotage: write `sport` for `dport` in the template, or leave input rules out of it."""
    assert allowed_by(text_of(arguments), arguments) == allowed(arguments)


@pytest.mark.parametrize("town", ["lab", "stari_grad"])
def test_the_texts_of_the_towns_say_the_same_flows(town: str) -> None:
    """Sabotage: leave the interfaces of outside ends out of the template."""
    arguments, _ = policy_of(town)
    found = allowed_by(text_of(arguments), arguments)
    assert found
    assert found == allowed(arguments)


@MANY
@given(policies(), policies())
def test_flows_after_are_those_before_with_what_opened_and_without_what_closed(
    before: Policy, after: Policy
) -> None:
    """Sabotage: compare only forwarded flows, or join neighbouring spans of different value."""
    change = changes(before, after, {})
    old, new = allowed(before), allowed(after)
    assert same_flows((old | change.newly_allowed) - change.newly_denied, new)
    assert not change.newly_allowed & old
    assert not change.newly_denied & new
    assert not change.newly_denied - old
    assert (old != new) == bool(change)


@MANY
@given(policies(), st.data())
def test_the_order_of_rules_and_of_sets_changes_nothing(arguments: Policy, data: st.DataObject) -> None:
    """Sabotage: let the last rule's day win instead of the latest."""
    shuffled = {
        **arguments,
        "firewall_forward": data.draw(st.permutations(arguments["firewall_forward"])),
        "firewall_sets": data.draw(st.permutations(arguments["firewall_sets"])),
        "firewall_input": data.draw(st.permutations(arguments["firewall_input"])),
    }
    assert allowed(shuffled) == allowed(arguments)
    assert not changes(arguments, shuffled, {})


@MANY
@given(policies(), policies(), policies())
def test_sets_obey_the_laws_of_sets(first: Policy, second: Policy, third: Policy) -> None:
    """Sabotage: let a difference keep what both have."""
    one, two, three = allowed(first), allowed(second), allowed(third)
    assert one | two == two | one
    assert one & two == two & one
    assert one | one == one == one & one
    assert not one - one
    assert (one | two) | three == one | (two | three)
    assert one & (two | three) == (one & two) | (one & three)
    assert one - (two | three) == (one - two) - three
    assert (one - two) | (one & two | one) == one | (one & two)


@MANY
@given(policies())
def test_rows_mean_exactly_the_set_and_their_samples_are_in_it(arguments: Policy) -> None:
    """Sabotage: name a group that covers a part of the places only, or drop the last service of a row."""
    found = allowed(arguments)
    said = rows(found, arguments, {"198.18.0.3": "web"})
    together = FlowSet()
    for row in said:
        assert row.sample in found
        together |= read_back(row, arguments, {"198.18.0.3": "web"})
    assert together == found


@pytest.mark.parametrize("town", ["lab", "stari_grad"])
def test_the_rows_of_a_town_mean_exactly_its_flows(town: str) -> None:
    """Sabotage: as above."""
    arguments, hosts = policy_of(town)
    said = rows(allowed(arguments), arguments, hosts)
    together = FlowSet()
    for row in said:
        together |= read_back(row, arguments, dict(hosts))
    assert together == allowed(arguments)


def test_another_last_day_is_a_change_of_its_own() -> None:
    """Sabotage: leave `until` out of the set."""
    arguments, hosts = policy_of("stari_grad")
    flows = [
        {**flow, "until": "2040-12-31"} if flow["until"] else flow for flow in arguments["firewall_forward"]
    ]
    change = changes(arguments, {**arguments, "firewall_forward": flows}, hosts)
    assert not change.newly_allowed
    assert not change.newly_denied
    [row] = change.renewed_rows
    assert (row.before, row.until) == ("2039-12-31", "2040-12-31")
    assert str(row) == "zone/payments -> zone/internet: tcp/443 until 2040-12-31"


def test_a_new_flow_is_one_row_in_the_admins_words() -> None:
    """Sabotage: prefer the name of the network to that of the zone."""
    arguments, hosts = policy_of("stari_grad")
    flow = next(one for one in arguments["firewall_forward"] if one["source"] == "zone_guest")
    sets = [*arguments["firewall_sets"], {"name": "network_servers", "elements": ["10.20.20.0/24"]}]
    opened = {**flow, "destination": "network_servers", "destination_interfaces": [], "ports": ["3389"]}
    after = {
        **arguments,
        "firewall_sets": sets,
        "firewall_forward": [*arguments["firewall_forward"], {**opened, "protocol": "tcp"}],
    }
    [row] = changes(arguments, after, hosts).allowed_rows
    assert str(row) == "zone/guest -> zone/servers: tcp/3389"
    assert str(row.sample) == "10.20.40.2 on eth0.40 to 10.20.20.2 on eth0.20, tcp/3389"


def test_a_published_port_leads_to_its_host_and_past_it_nothing_comes() -> None:
    """Sabotage: leave what the firewall translates among the flows that cross it untranslated."""
    arguments, _ = policy_of("stari_grad")
    found = allowed(arguments)
    reader, web = IPv4Address("8.8.8.8"), IPv4Address("10.20.30.11")
    asked = Packet("eth0.200", reader, "10.20.30.11:443 published on eth0.200", None, "tcp", 443)
    assert asked in found
    assert replace(asked, port=444) not in found
    assert Packet("eth0.200", reader, "eth0.30", web, "tcp", 443) not in found


TEXT = text_of(policy_of("lab")[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('meta nfproto ipv6 counter drop comment "IPv6 is not forwarded"', "counter"),
        ("meta nfproto ipv6 drop", "meta nfproto ipv6 accept"),
        ("hook forward priority 0; policy drop;", "hook forward priority 0; policy accept;"),
        ('accept comment "backup"', "accept; accept"),
        ("fib saddr . iif oif 0 goto spoofed", "fib saddr . iif oif 0 accept"),
        ("goto dropped\n\t}\n\n\tchain forward", "accept\n\t}\n\n\tchain forward"),
        ("delete table inet townhall", "flush ruleset"),
        ("elements = { 198.18.20.14 }", "elements = { 198.18.20.14 }; counter"),
        ("chain leaving", "chain leaving2"),
        ("auto-merge", "timeout 1h"),
    ],
)
def test_a_text_that_the_template_does_not_write_is_refused(old: str, new: str) -> None:
    """Sabotage: skip a line that the grammar does not know."""
    assert old in TEXT
    with pytest.raises(Refused, match=r"firewall\.nft:\d+"):
        allowed_by(TEXT.replace(old, new, 1), policy_of("lab")[0])


def test_a_leg_without_a_reverse_path_check_is_refused(golden: Golden) -> None:
    """Sabotage: take the legs of the arguments for those of the text."""
    arguments: dict[str, Any] = policy_of("lab")[0]
    legs = arguments["firewall_interfaces"]
    with pytest.raises(Refused) as refused:
        allowed_by(text_of({**arguments, "firewall_interfaces": legs[1:]}), arguments)
    golden("refusals/a_leg_without_a_reverse_path_check", refused.value)


def test_a_hidden_rule_is_named_with_its_line(golden: Golden) -> None:
    """Sabotage: leave the line's number or its text out."""
    with pytest.raises(Refused) as refused:
        allowed_by(f"{TEXT}flush ruleset\n", policy_of("lab")[0])
    golden("refusals/a_hidden_rule_of_the_firewall", refused.value)
