"""What the next plan may believe after the checks."""

from __future__ import annotations

import json

from orchestrator.apply.settle import settled
from orchestrator.model.verdict import Check, Verdict
from tests.plan.renderings import applied, rendering

LEDGER = applied(rendering([("pc-1", "base", {}), ("srv-1", "dhcp_server", {})]), event="applied")


def check(host: str, role: str, passed: bool) -> Check:
    return Check("topic", host, role, "it works", passed, "" if passed else "it does not", 0.1)


def kinds(*checks: Check) -> dict[str, str]:
    entries = settled(LEDGER.units, Verdict(checks), LEDGER, "run")
    return {entry.host: entry.kind for entry in entries}


def test_a_unit_whose_checks_held_is_verified() -> None:
    assert kinds(check("pc-1", "base", True)) == {"pc-1": "verified", "srv-1": "verified"}


def test_a_unit_with_a_failed_check_is_unproven_and_the_sentence_is_remembered() -> None:
    assert kinds(check("pc-1", "base", False), check("pc-1", "base", True))["pc-1"] == "unproven"
    (entry, _) = settled(LEDGER.units, Verdict((check("pc-1", "base", False),)), LEDGER, "run")
    assert json.loads(entry.details) == {"checks": 1, "failed": ["topic: it works"]}


def test_a_failed_check_of_the_town_counts_against_all_units_of_its_role() -> None:
    assert kinds(check("", "dhcp_server", False)) == {"pc-1": "verified", "srv-1": "unproven"}
