"""A change of an Open vSwitch is armed first, and stays only if a new login finds it as wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import MachineError, NotTakenBack, TakenBack
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.switches import Target, Unconfirmed, apply_switch, wait_until_taken_back
from tests.switches.ovs_device import OvsDevice
from tests.switches.ovs_shell import OvsShell

TARGET = Target("ovs", "192.0.2.1", "lab-sw1", "root", Path("key"), Path("known_hosts"))
WANTED = WantedSwitch(
    (), (Port(1, "swp1", "access", 10, (), "PC"), Port(2, "swp2", "shut", None, (), "unused"))
)


@pytest.fixture
def shell() -> OvsShell:
    device = OvsDevice(links={"swp1": False, "swp2": True})
    device.type("ovs-vsctl --may-exist add-port br0 swp2 -- set port swp2 tag=20")
    return OvsShell(device)


def lose_the_way_back(shell: OvsShell) -> Unconfirmed:
    logins = [shell]

    def connect(_: Target) -> OvsShell:
        if not logins:
            raise MachineError("no answer")
        return logins.pop()

    with pytest.raises(Unconfirmed, match="no answer") as lost:
        apply_switch(TARGET, WANTED, check=False, connect=connect)
    return lost.value


def test_a_change_is_armed_made_and_confirmed_over_a_new_login(shell: OvsShell) -> None:
    """Sabotage: arm after the change, or confirm in the first session."""
    assert apply_switch(TARGET, WANTED, check=False, connect=lambda _: shell).changed
    assert shell.log == ["armed", "changed", "logout", "confirmed", "logout"]
    assert shell.device.links == {"swp1": True, "swp2": False}
    assert not apply_switch(TARGET, WANTED, check=False, connect=lambda _: shell).changed


def test_a_switch_that_is_not_reached_again_is_back_to_where_it_was(shell: OvsShell) -> None:
    """Sabotage: confirm without a new login."""
    before = shell.device.text()
    lose_the_way_back(shell)
    shell.revert()
    assert shell.device.text() == before


def test_a_switch_that_took_the_change_back_says_so(shell: OvsShell) -> None:
    """Sabotage: look once and not again."""
    lost = lose_the_way_back(shell)
    slept: list[float] = []

    def waits(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            shell.revert()

    with pytest.raises(TakenBack, match="lab-sw1 is as it was before"):
        wait_until_taken_back(lost, lambda _: shell, waits)
    assert len(slept) == 3


@pytest.mark.parametrize("armed", [True, False])
def test_a_switch_that_did_not_take_the_change_back_in_time_stays_lost(shell: OvsShell, armed: bool) -> None:
    """Sabotage: do not compare with what the switch lacked before, or overlook a pending revert."""
    lost = lose_the_way_back(shell)
    if armed:
        shell.revert()
    shell.armed = armed
    minutes = iter(range(10))
    with pytest.raises(NotTakenBack, match="no answer") as late:
        wait_until_taken_back(lost, lambda _: shell, lambda _: None, lambda: 60.0 * next(minutes))
    assert "lab-sw1 was not seen as before" in late.value.why
    assert late.value.steps[0].startswith("systemctl start townhall-switch-revert.service")


def test_a_change_whose_run_was_killed_is_confirmed_or_waited_for(shell: OvsShell) -> None:
    """Sabotage: do not look whether a revert is pending."""
    lose_the_way_back(shell)
    other = WantedSwitch((), (Port(1, "swp1", "access", 11, (), "PC"),))
    with pytest.raises(MachineError, match="unconfirmed change"):
        apply_switch(TARGET, other, check=False, connect=lambda _: shell)
    assert not apply_switch(TARGET, WANTED, check=False, connect=lambda _: shell).changed
    assert not shell.armed


def test_check_mode_says_the_commands_and_types_none(shell: OvsShell) -> None:
    """Sabotage: change in check mode."""
    before = shell.device.text()
    change = apply_switch(TARGET, WANTED, check=True, connect=lambda _: shell)
    assert change.changed
    assert "ip link set dev swp2 down" in change.lines
    assert shell.device.text() == before
