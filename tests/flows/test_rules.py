"""The town's rules are held against exactly what its firewall lets through."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestrator.cli.check import check
from orchestrator.desired import following
from orchestrator.errors import Refused
from orchestrator.flows import allowed
from orchestrator.flows.rules import Violation, violations
from orchestrator.load import load_text
from orchestrator.load.files import read_files
from orchestrator.load.problems import Problems
from tests.flows.policies import REPOSITORY

POLICY = "group_vars/all/policy.yml"
STAFF_WEB = "to: [zone/internet], ports: [tcp/80, tcp/443]"


def broken(town: str, *edits: tuple[str, str]) -> tuple[list[tuple[str, str]], list[Violation]]:
    """The rules that edits of the policy break, each with a packet that proves it, and the violations."""
    files = read_files(REPOSITORY / "inventories" / town, Problems())
    for old, new in edits:
        assert files[POLICY].count(old) == 1, old
        files[POLICY] = files[POLICY].replace(old, new)
    wanted = following(load_text(files, date(2026, 1, 1)))
    arguments = next(unit.arguments for unit in wanted.rendering.units if unit.role == "firewall")
    hosts = {str(host.address): name for name, host in wanted.town.hosts.items()}
    found = list(violations(wanted.town, arguments, hosts))
    for one in found:
        assert (one.packet in allowed(arguments)) != one.rule.always
        assert one.packet in one.flows
    return [(one.rule.name, str(one.packet)) for one in found], found


@pytest.mark.parametrize("town", ["lab", "stari_grad"])
def test_the_towns_keep_their_own_rules(town: str) -> None:
    """Sabotage: allow zone/guest the servers in a policy.yml."""
    assert broken(town) == ([], [])


def test_a_flow_that_must_never_be_is_shown_by_a_packet_and_the_rules_line() -> None:
    """Sabotage: judge rules by names of zones instead of by sets."""
    new = (
        "- {name: new, from: [network/users-b], to: [host/lab-sw1], ports: [tcp/22], owner: it, reason: new}"
    )
    packets, [found] = broken("lab", ("flows:\n", f"flows:\n  {new}\n"))
    assert packets == [("management-apart", "198.18.11.2 on eth0.11 to 198.18.99.2 on eth0.99, tcp/22")]
    assert found.problem.place == f"{POLICY}:19"
    assert found.problem.code == "TH-RULE-NEVER"


def test_a_flow_that_must_always_be_is_missed_by_a_packet() -> None:
    """Sabotage: take a rule for kept if any of its flows is there."""
    flow = "name: staff-directory, from: [{}]"
    edit = flow.format("group/workstations"), flow.format("host/lab-pc-0001")
    packets, [found] = broken("lab", edit)
    assert packets == [("pc-directory", "198.18.11.51 on eth0.11 to 198.18.20.11 on eth0.20, tcp/53")]
    assert found.problem.code == "TH-RULE-ALWAYS"


def test_an_exception_takes_its_flows_out_of_the_rule_and_no_others() -> None:
    """Sabotage: let an exception switch its rule off."""
    spared = "rule: management-apart, from: [host/sg-pc-0030, "
    [(rule, packet)], _ = broken("stari_grad", (spared, spared.replace("host/sg-pc-0030, ", "")))
    assert rule == "management-apart"
    assert packet.endswith("to 10.20.99.10 on eth0.99, tcp/22")


def test_a_published_port_cannot_go_around_a_rule() -> None:
    """Sabotage: judge only what crosses the firewall untranslated."""
    old = "port: 80, host: sg-web1, host_port: 80"
    packets, _ = broken("stari_grad", (old, old.replace("sg-web1", "sg-opis1")))
    goal = "10.20.20.22:80 published on eth0.200, tcp/80"
    assert packets == [("outside-apart", f"1.0.0.0 on eth0.200 to {goal}")]


def test_a_check_fails_on_a_broken_rule(tmp_path: Path) -> None:
    """Sabotage: leave the rules out of `townhall check`."""
    root = tmp_path / "lab"
    shutil.copytree(REPOSITORY / "inventories/lab", root)
    file, old = root / POLICY, "[group/workstations, group/firewalls], to: [service/backup]"
    file.write_text(file.read_text().replace(old, "[group/firewalls], to: [service/backup]"))
    with pytest.raises(Refused, match=r"policy\.yml:25: .* pc-protection .*not let through"):
        check(root)
