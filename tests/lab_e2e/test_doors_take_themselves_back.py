"""A change of who may log in that locks the controller out is gone again by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lab_e2e.conftest import Shell, Townhall, comes_back, power_cut

HOST = "lab-pc-0001"
TOOL = "/usr/local/sbin/townhall-rollback"
DOORS = "/etc/ssh /etc/pam.d /etc/nsswitch.conf"
WINDOW_SECONDS = 8
RELOAD_SECONDS = 10
DIGESTS = f"find {DOORS} -type f | LC_ALL=C sort | xargs sha256sum"
LOCK_OUT = (
    "echo 'AllowUsers nobody' > /etc/ssh/sshd_config.d/00-mistake.conf"
    " && rm /etc/ssh/sshd_config.d/10-townhall.conf"
    " && echo 'auth requisite pam_deny.so' >> /etc/pam.d/common-auth"
    " && systemctl reload ssh"
)


@pytest.fixture
def pc(on: Callable[[str], Shell]) -> Iterator[Shell]:
    """Runs a command on a PC, whose files that decide on logins must be the same after."""
    shell = on(HOST)
    before = shell(DIGESTS).stdout
    assert before
    yield shell
    comes_back(shell, RELOAD_SECONDS)
    assert shell(DIGESTS).stdout == before


def test_a_mistake_in_who_may_log_in_is_gone_after_the_window(pc: Shell) -> None:
    """Sabotage: remove the `systemd-run` line from townhall-rollback."""
    assert pc(f"{TOOL} arm {WINDOW_SECONDS} {DOORS}").returncode == 0
    assert pc(LOCK_OUT).returncode == 0
    assert pc("true").returncode == 255, "the change did not lock the controller out: nothing is proven"
    comes_back(pc, WINDOW_SECONDS + 10)
    late = pc(f"{TOOL} confirm")
    assert (late.returncode, "too late" in late.stderr) == (1, True)
    assert pc(f"{TOOL} outcome").stdout.split()[1] == "reverted"


def test_a_machine_that_restarts_inside_the_window_lets_in_whom_it_did_before(
    pc: Shell, townhall: Townhall
) -> None:
    """Sabotage: leave townhall-rollback.service disabled."""
    assert pc(f"{TOOL} arm 600 {DOORS}").returncode == 0
    assert pc(LOCK_OUT).returncode == 0
    assert pc("true").returncode == 255, "the change did not lock the controller out: nothing is proven"
    power_cut(HOST)
    comes_back(pc, 90)
    assert pc(f"{TOOL} outcome").stdout.split()[1] == "reverted"
    checked = townhall("verify", "--host", HOST)
    assert checked.returncode == 0, checked.stdout


def test_only_a_connection_that_is_newer_than_the_change_confirms_it(pc: Shell) -> None:
    """Sabotage: let `confirm` not look at the connection that armed."""
    said = pc(f"{TOOL} arm 60 {DOORS}; touch /etc/ssh/new; {TOOL} settle || {TOOL} confirm")
    assert (said.returncode, "older than the change" in said.stderr) == (1, True)
    assert pc(f"{TOOL} settle").returncode == 3
    assert pc(f"{TOOL} revert").returncode == 0


def test_nothing_has_to_be_confirmed_where_nothing_changed(pc: Shell) -> None:
    """Sabotage: let `settle` always ask for a confirmation."""
    assert pc(f"{TOOL} arm 60 {DOORS}").returncode == 0
    assert pc(f"{TOOL} settle").returncode == 0
    assert pc("systemctl is-active townhall-rollback-timer.timer").returncode != 0
