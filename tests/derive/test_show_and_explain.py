"""`townhall show` and `townhall explain` on the lab's inventory."""

from __future__ import annotations

import json

import pytest

from orchestrator.cli.main import run
from orchestrator.desired import PROJECT

LAB = str(PROJECT / "inventories/lab")


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert run([*words, "-i", LAB]) == status
    captured = capsys.readouterr()
    return captured.out if status == 0 else captured.err


def test_explain_names_the_lines_of_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: print the values without their lines."""
    document = json.loads(told(capsys, "explain", "lab-pc-0001", "--json"))
    topics = {fact["topic"] for fact in document["facts"]}
    assert topics == {
        "placement",
        "switch_ports",
        "dns",
        "dhcp",
        "directory",
        "firewall",
        "protection",
        "roles",
    }
    assert all(fact["because"] for fact in document["facts"])
    assert all(":" in line for fact in document["facts"] for line in fact["because"])


def test_explain_keeps_to_the_topic_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: ignore the topic."""
    text = told(capsys, "explain", "lab-pc-0001", "dhcp")
    assert "52:54:00:12:00:01" in text
    assert "hosts/workstations.yml:3" in text
    assert "PTR" not in text


def test_explain_of_an_unknown_host_proposes_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: answer with an empty tree."""
    assert "lab-pc-0001" in told(capsys, "explain", "lab-pc-001", status=64)
    assert "dns" in told(capsys, "explain", "lab-pc-0001", "names", status=64)


def test_show_lists_every_host_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: cut the table at 80 columns in a pipe."""
    text = told(capsys, "show")
    assert "lab-backup1" in text
    assert "antivirus_client backup_client workstation domain_member" in text


def test_show_of_a_host_gives_its_arguments_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: resolve references before printing."""
    document = json.loads(told(capsys, "show", "lab-pc-0001", "--json"))
    member = document["arguments"]["domain_member"]
    assert member["domain_member_login_users"] == ["j.jovanovic"]
    assert member["domain_member_join_password"] == {
        "secret": "computer_join",
        "version": 1,
        "purpose": "join lab-pc-0001",
    }
