"""The zones are parted: what the policy names passes, all else is dropped; tried with packets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, ip_network, summarize_address_range
from typing import Any

import pytest

from orchestrator.model.intent import Intent, Placement
from orchestrator.verify.checks.packets import holding, listening, tcp, tcp_each
from orchestrator.verify.checks.presence import here
from orchestrator.verify.context import Context

pytestmark = pytest.mark.role("firewall")
NEVER_ALLOWED = 8081
# Fewer than the firewall writes down at once.
AT_ONCE = 16


@dataclass(frozen=True)
class Pair:
    """A registered PC and a server that it may reach on one port only by an allowed flow."""

    pc: Any
    gateway: str
    source: Placement
    server: Any
    target: Placement
    port: int


def members(arguments: dict[str, Any], name: str | None, address: IPv4Address) -> bool:
    """Whether the address is in the named set."""
    found = [entry["elements"] for entry in arguments["firewall_sets"] if entry["name"] == name]
    return any(address in IPv4Network(str(element)) for element in (found[0] if found else ()))


@pytest.fixture
def pair(context: Context, intent: Intent, arguments: dict[str, Any]) -> Iterator[Pair]:
    """The first PC and server that are here and between which a flow is allowed."""
    places = [place for place in intent.placements.values() if here(context, place.host)]
    source = next(place for place in places if (place.host, "workstation") in context.units)
    port, target = next(
        (int(str(flow["ports"][0]).split("-")[0]), place)
        for flow in arguments["firewall_forward"]
        if flow["protocol"] == "tcp" and flow["ports"] and members(arguments, flow["source"], source.address)
        for place in places
        if place.network != source.network and members(arguments, flow["destination"], place.address)
    )
    gateway = next(
        leg["address"].split("/")[0]
        for leg in arguments["firewall_interfaces"]
        if leg["network"] == source.network
    )
    pc = context.machine(source.host)
    with holding(pc, "eth0", str(source.address), gateway):
        yield Pair(pc, gateway, source, context.machine(target.host), target, port)


def dropped(machine: Any, chain: str = "dropped") -> int:
    """How many packets the chain has dropped so far."""
    rules = json.loads(machine.check_output("nft -j list chain inet townhall %s", chain))["nftables"]
    return sum(
        part["counter"]["packets"]
        for entry in rules
        if "rule" in entry
        for part in entry["rule"]["expr"]
        if "counter" in part
    )


def end_of_journal(machine: Any) -> str:
    """Where the journal of the firewall ends now."""
    said = str(machine.check_output("journalctl --lines=0 --show-cursor --no-pager"))
    return said.partition("cursor: ")[2].strip()


def dropped_since(machine: Any, cursor: str, source: Placement) -> set[str]:
    """Address and port of each connection from there that the firewall wrote down as dropped."""
    log = machine.check_output("journalctl --after-cursor=%s --output=cat --no-pager", cursor)
    lines = [line for line in log.splitlines() if "townhall dropped" in line]
    fields = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in lines]
    return {f"{one.get('DST')} {one.get('DPT')}" for one in fields if one.get("SRC") == str(source.address)}


def test_the_wanted_rules_are_in_force_and_confirmed(machine: Any) -> None:
    """Sabotage: `nft add rule inet townhall forward accept`."""
    assert machine.run("/usr/local/sbin/townhall-firewall status").rc == 0
    assert machine.run("systemctl is-active townhall-revert.timer").rc != 0


def test_the_rules_survive_a_reboot(machine: Any) -> None:
    """Sabotage: `systemctl disable nftables`, or add a line to /etc/nftables.conf."""
    assert machine.service("nftables").is_enabled
    boot = machine.file("/etc/nftables.conf").content_string
    assert boot == machine.file("/etc/townhall/firewall.nft").content_string
    assert machine.run("nft -c -f /etc/nftables.conf").rc == 0
    assert machine.check_output("systemctl show nftables --property=ExecStop --value") == ""


def test_what_no_rule_names_is_dropped(machine: Any) -> None:
    """Sabotage: `nft 'chain inet townhall forward { policy accept; }'`."""
    listed = json.loads(machine.check_output("nft -j list table inet townhall"))["nftables"]
    policies = {entry["chain"]["name"]: entry["chain"].get("policy") for entry in listed if "chain" in entry}
    assert policies["forward"] == "drop"
    assert policies["input"] == "drop"


def test_every_network_has_its_gateway(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `ip address del` one of the gateway addresses."""
    found = machine.check_output("ip -4 -brief address show").split()
    assert [leg["address"] for leg in arguments["firewall_interfaces"] if leg["address"] not in found] == []
    assert machine.file("/proc/sys/net/ipv4/ip_forward").content_string.strip() == "1"


def test_membership_in_the_kernel_is_what_the_inventory_says(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `nft delete element inet townhall group_workstations { <address of a PC> }`."""
    listed = json.loads(machine.check_output("nft -j list table inet townhall"))["nftables"]
    live = {
        entry["set"]["name"]: networks(entry["set"].get("elem", [])) for entry in listed if "set" in entry
    }
    for wanted in arguments["firewall_sets"]:
        assert live[wanted["name"]] == list(
            collapse_addresses(IPv4Network(str(e)) for e in wanted["elements"])
        )


def networks(elements: list[Any]) -> list[IPv4Network]:
    """The elements of a set as nft prints them in JSON, collapsed."""
    found: list[IPv4Network] = []
    for element in elements:
        if isinstance(element, str):
            found.append(IPv4Network(element))
        elif "prefix" in element:
            found.append(IPv4Network(f"{element['prefix']['addr']}/{element['prefix']['len']}"))
        else:
            found.extend(summarize_address_range(*(IPv4Address(end) for end in element["range"])))
    return list(collapse_addresses(found))


def test_no_ipv6_is_forwarded(machine: Any) -> None:
    """Sabotage: delete the first rule of the chain forward."""
    assert machine.file("/proc/sys/net/ipv6/conf/all/forwarding").content_string.strip() == "0"
    rules = machine.check_output("nft --stateless list chain inet townhall forward").splitlines()
    first = next(line.strip() for line in rules if line.strip() and "hook" not in line and "{" not in line)
    assert first.startswith("meta nfproto ipv6")
    assert " drop" in first


def test_an_allowed_port_is_open_for_a_registered_pc(pair: Pair) -> None:
    """Sabotage: remove the flow from policy.yml and apply; or delete the PC from its set."""
    with listening(pair.server, str(pair.target.address), pair.port):
        assert tcp(pair.pc, str(pair.target.address), pair.port, str(pair.source.address)) == "open"


def test_a_port_that_no_flow_names_is_dropped_and_logged(machine: Any, pair: Pair) -> None:
    """Sabotage: `nft insert rule inet townhall forward tcp dport 8081 accept`, or `systemctl stop ulogd2`."""
    cursor = end_of_journal(machine)
    with listening(pair.server, str(pair.target.address), NEVER_ALLOWED):
        assert tcp(pair.server, str(pair.target.address), NEVER_ALLOWED) == "open"
        before = dropped(machine)
        assert tcp(pair.pc, str(pair.target.address), NEVER_ALLOWED, str(pair.source.address)) == "silent"
    assert dropped(machine) > before
    assert f"{pair.target.address} {NEVER_ALLOWED}" in dropped_since(machine, cursor, pair.source)


def test_a_device_that_nobody_registered_reaches_nothing(
    machine: Any, pair: Pair, arguments: dict[str, Any], intent: Intent
) -> None:
    """Sabotage: allow the flow for the zone of users instead of the group of workstations."""
    subnet = next(
        leg["address"] for leg in arguments["firewall_interfaces"] if leg["network"] == pair.source.network
    )
    registered = {place.address for place in intent.placements.values()}
    stranger = next(
        address
        for address in reversed(list(ip_network(subnet, strict=False).hosts()))
        if address not in registered
    )
    before = dropped(machine)
    with ExitStack() as stack:
        stack.enter_context(listening(pair.server, str(pair.target.address), pair.port))
        stack.enter_context(holding(pair.pc, "eth0", str(stranger), pair.gateway))
        assert tcp(pair.pc, str(pair.target.address), pair.port, str(stranger)) == "silent"
    assert dropped(machine) > before


def test_an_address_of_another_network_is_dropped_where_it_does_not_belong(machine: Any, pair: Pair) -> None:
    """Sabotage: flush the chain arrival."""
    network = ip_network(f"{pair.target.address}/24", strict=False)
    forged = str(
        next(address for address in reversed(list(network.hosts())) if address != pair.target.address)
    )
    before = dropped(machine, "spoofed")
    with holding(pair.pc, "eth0", forged, pair.gateway):
        assert tcp(pair.pc, str(pair.target.address), pair.port, forged) == "silent"
    assert dropped(machine, "spoofed") > before


def test_the_firewall_is_not_administered_from_a_users_network(machine: Any, pair: Pair) -> None:
    """Sabotage: `nft insert rule inet townhall input tcp dport 22 accept`."""
    before = dropped(machine)
    assert tcp(pair.pc, pair.gateway, 22, str(pair.source.address)) == "silent"
    assert dropped(machine) > before


def test_every_publication_leads_to_its_server(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `nft flush chain inet townhall publishing` where something is published; else add a dnat."""
    listed = json.loads(machine.check_output("nft -j list chain inet townhall publishing"))["nftables"]
    live = sorted(
        (part["dnat"]["addr"], part["dnat"]["port"])
        for entry in listed
        if "rule" in entry
        for part in entry["rule"]["expr"]
        if "dnat" in part
    )
    wanted = [
        (str(rule["destination"]), rule["destination_port"]) for rule in arguments["firewall_published"]
    ]
    assert live == sorted(wanted)


@pytest.mark.town
def test_a_pc_cannot_reach_the_management_network(
    machine: Any, pair: Pair, intent: Intent, context: Context, arguments: dict[str, Any]
) -> None:
    """Sabotage: add a flow from group/workstations to zone/management on tcp/22 and apply."""
    own = {leg["address"].split("/")[0] for leg in arguments["firewall_interfaces"]}
    devices = [
        place
        for place in intent.placements.values()
        if place.zone == "management" and str(place.address) not in own and here(context, place.host)
    ]
    assert devices, "nothing is in the management network"
    addresses, cursor = [str(device.address) for device in devices], end_of_journal(machine)
    for first in range(0, len(addresses), AT_ONCE):
        met = tcp_each(pair.pc, addresses[first : first + AT_ONCE], 22, str(pair.source.address))
        assert set(met.values()) == {"silent"}, met
    assert {f"{address} 22" for address in addresses} <= dropped_since(machine, cursor, pair.source)


@pytest.mark.town
def test_a_pc_reaches_every_port_of_the_directory_that_it_needs(
    pair: Pair, intent: Intent, context: Context
) -> None:
    """Sabotage: remove tcp/389 from service/directory in services.yml and apply."""
    controllers = [
        place for place in intent.placements.values() if (place.host, "domain_controller") in context.units
    ]
    assert controllers
    for controller in controllers:
        for port in (53, 88, 389, 445):
            assert tcp(pair.pc, str(controller.address), port, str(pair.source.address)) == "open"
