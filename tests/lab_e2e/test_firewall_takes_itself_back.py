"""A change of the firewall that cuts the controller off is gone again by itself."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from orchestrator.desired import desired
from orchestrator.reach import write_ssh_config
from tests.lab_e2e.conftest import TOWN

TOOL = "/usr/local/sbin/townhall-firewall"
WANTED = "/etc/townhall/firewall.nft"
WINDOW_SECONDS = 10
Shell = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def firewall() -> Iterator[Shell]:
    """Runs a command on the town's firewall over a new connection each time; its rules are put back after."""
    wanted = desired(TOWN)
    host = wanted.town.groups["firewalls"][0]
    config = write_ssh_config(wanted.town, wanted.intent)

    def on(command: str) -> subprocess.CompletedProcess[str]:
        call = [
            "ssh",
            "-F",
            str(config),
            "-o",
            "ControlPath=none",
            "-o",
            "ConnectTimeout=3",
            host,
            "--",
            command,
        ]
        return subprocess.run(call, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    assert on(f"{TOOL} status").returncode == 0
    yield on
    assert on(f"cp /etc/nftables.conf {WANTED} && {TOOL} status").returncode == 0


def test_rules_that_lock_the_controller_out_are_gone_after_the_window(firewall: Shell) -> None:
    """Sabotage: remove the `systemd-run` line from townhall-firewall on the host."""
    boot = firewall("cat /etc/nftables.conf").stdout
    assert firewall(f"sed -i 's/ip saddr @administration tcp dport 22 accept/drop/' {WANTED}").returncode == 0
    started = time.monotonic()
    assert firewall(f"{TOOL} change {WINDOW_SECONDS}").returncode == 0
    assert firewall("true").returncode == 255, "the change did not cut the controller off: nothing is proven"
    while firewall("true").returncode != 0:
        assert time.monotonic() - started < WINDOW_SECONDS + 10, "the earlier rules did not come back"
    assert time.monotonic() - started >= WINDOW_SECONDS
    assert firewall(f"{TOOL} status").returncode == 3
    assert firewall("cat /etc/nftables.conf").stdout == boot
    late = firewall(f"{TOOL} confirm")
    assert late.returncode == 1
    assert "too late" in late.stderr


def test_rules_that_do_not_load_leave_the_earlier_ones_untouched(firewall: Shell) -> None:
    """Sabotage: let `change` delete the table before it tests the wanted rules."""
    before = firewall("nft --stateless list table inet townhall").stdout
    assert (
        firewall(f"echo 'add rule inet townhall forward ip saddr @nobody accept' >> {WANTED}").returncode == 0
    )
    assert firewall(f"{TOOL} change {WINDOW_SECONDS}").returncode != 0
    assert firewall("nft --stateless list table inet townhall").stdout == before
    assert firewall("systemctl is-active townhall-revert.timer").returncode != 0
