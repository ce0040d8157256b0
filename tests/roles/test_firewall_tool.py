"""townhall-firewall remembers what became of a change, and begins none that it could not take back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.roles.taking_back import Machine

WANTED = "etc/townhall/firewall.nft"


@pytest.fixture
def firewall(tmp_path: Path) -> Machine:
    """A firewall with rules in force."""
    machine = Machine.with_tool(tmp_path, "firewall", "townhall-firewall")
    machine.write(WANTED, "new\n")
    machine.write("live", "old\n")
    return machine


def test_a_change_is_confirmed_over_a_newer_connection_and_that_is_remembered(firewall: Machine) -> None:
    """Sabotage: leave `remember` out of `confirm`."""
    assert firewall.outcome == "0 none"
    assert firewall("change", "90", connection="one").returncode == 0
    assert firewall.outcome == "1 armed"
    assert firewall("confirm", connection="one").returncode == 1
    assert firewall("confirm", connection="two").returncode == 0
    assert firewall.outcome == "1 confirmed"
    firewall.restart()
    assert firewall.outcome == "1 confirmed"


def test_a_change_that_nobody_confirmed_is_reverted_by_the_timer_or_by_a_restart(firewall: Machine) -> None:
    """Sabotage: believe the memory of an armed change that waits no more."""
    firewall("change", "90")
    assert firewall("revert").returncode == 0
    assert (firewall.outcome, firewall.read("live").splitlines()[-1]) == ("1 reverted", "old")
    firewall("change", "90")
    firewall.restart()
    assert firewall.outcome == "2 reverted"


def test_a_way_back_that_fails_is_told_until_it_works_or_the_machine_restarts(firewall: Machine) -> None:
    """Sabotage: let `revert` end without a word where nft fails."""
    firewall("change", "90")
    firewall.write("broken", "")
    assert firewall("revert").returncode == 1
    assert firewall.outcome == "1 failed"
    (firewall.root / "broken").unlink()
    assert firewall("revert").returncode == 0
    assert firewall.outcome == "1 reverted"


def test_rules_that_do_not_load_leave_nothing_armed(firewall: Machine) -> None:
    """Sabotage: leave the kept rules or the timer where the wanted rules do not load."""
    firewall.write("broken", "")
    assert firewall("change", "90").returncode == 1
    assert (firewall.outcome, firewall.read("timer")) == ("1 reverted", "")


def test_no_change_begins_where_the_kept_rules_could_not_come_back(firewall: Machine) -> None:
    """Sabotage: leave out `nft -c` of the kept rules."""
    firewall.write("live", "wrong\n")
    assert firewall("change", "90").returncode == 1
    assert (firewall.outcome, firewall.read("live")) == ("0 none", "wrong\n")
