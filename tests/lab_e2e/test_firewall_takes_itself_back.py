"""A change of the firewall that cuts the controller off is gone again by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lab_e2e.conftest import Shell, comes_back, power_cut

TOOL = "/usr/local/sbin/townhall-firewall"
WANTED = "/etc/townhall/firewall.nft"
WINDOW_SECONDS = 10
LIVE = "nft --stateless list table inet townhall"
CUT_OFF = f"sed -i 's/ip saddr @administration tcp dport 22 accept/drop/' {WANTED}"


@pytest.fixture
def firewall(host: str, on: Callable[[str], Shell]) -> Iterator[Shell]:
    """Runs a command on the town's firewall; its rules are put back after."""
    shell = on(host)
    assert shell(f"{TOOL} status").returncode == 0
    yield shell
    assert shell(f"cp /etc/nftables.conf {WANTED} && {TOOL} status").returncode == 0


def test_rules_that_lock_the_controller_out_are_gone_after_the_window(firewall: Shell) -> None:
    """Sabotage: remove the `systemd-run` line from townhall-firewall on the host."""
    boot = firewall("cat /etc/nftables.conf").stdout
    assert firewall(CUT_OFF).returncode == 0
    assert firewall(f"{TOOL} change {WINDOW_SECONDS}").returncode == 0
    assert firewall("true").returncode == 255, "the change did not cut the controller off: nothing is proven"
    comes_back(firewall, WINDOW_SECONDS + 10)
    assert firewall(f"{TOOL} status").returncode == 3
    assert firewall("cat /etc/nftables.conf").stdout == boot
    late = firewall(f"{TOOL} confirm")
    assert late.returncode == 1
    assert "too late" in late.stderr
    assert firewall(f"{TOOL} outcome").stdout.split()[1] == "reverted"


def test_a_firewall_that_restarts_inside_the_window_has_its_earlier_rules(host: str, firewall: Shell) -> None:
    """Sabotage: write /etc/nftables.conf in `change` of townhall-firewall, not in `confirm`."""
    before = firewall(LIVE).stdout
    assert firewall(CUT_OFF).returncode == 0
    assert firewall(f"{TOOL} change 600").returncode == 0
    assert firewall("true").returncode == 255, "the change did not cut the controller off: nothing is proven"
    power_cut(host)
    comes_back(firewall, 90)
    assert firewall(LIVE).stdout == before
    assert firewall(f"{TOOL} outcome").stdout.split()[1] == "reverted"


def test_rules_that_do_not_load_leave_the_earlier_ones_untouched(firewall: Shell) -> None:
    """Sabotage: let `change` delete the table before it tests the wanted rules."""
    before = firewall(LIVE).stdout
    assert (
        firewall(f"echo 'add rule inet townhall forward ip saddr @nobody accept' >> {WANTED}").returncode == 0
    )
    assert firewall(f"{TOOL} change {WINDOW_SECONDS}").returncode != 0
    assert firewall(LIVE).stdout == before
    assert firewall("systemctl is-active townhall-revert.timer").returncode != 0
