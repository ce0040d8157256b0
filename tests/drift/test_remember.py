"""After a run its own work is right, and what a hand did before it stays drift until something undoes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.drift import differences, remembered
from orchestrator.model.drift import Attestation, Spot, Testimony, Watch
from tests.drift.scratch import Scratch

SUDOERS = "/etc/sudoers.d/townhall"


@pytest.fixture
def machine(tmp_path: Path) -> Scratch:
    return Scratch.create("lab-av1", tmp_path)


def words(machine: Scratch, attestation: Attestation) -> list[str]:
    return [one.words for one in differences(machine.host, attestation, machine.testify(attestation), {})]


def test_what_a_run_changes_is_right_afterwards(machine: Scratch) -> None:
    """Sabotage: keep the earlier value whatever the run did."""
    first, _ = machine.attest()
    before = machine.testify(first)
    machine.run(f"echo 'written by the run' >> $ROOT{SUDOERS}")
    second, _ = machine.attest(first, before)
    assert words(machine, second) == []


def test_a_change_by_hand_that_a_later_run_does_not_touch_stays_drift(machine: Scratch) -> None:
    """Sabotage: attest whatever stands there after a run."""
    first, _ = machine.attest()
    machine.run("echo 'x ALL=(ALL) ALL' > $ROOT/etc/sudoers.d/99-mine; systemctl disable chrony.service")
    machine.run(f"chmod 0644 $ROOT{SUDOERS}; apt-mark hold nginx")
    second, _ = machine.attest(first, machine.testify(first))
    found = words(machine, second)
    assert any("99-mine appeared" in one for one in found)
    assert any("mode 0644" in one for one in found)
    assert any("nginx is held back" in one for one in found)


def test_a_change_of_another_unit_than_the_applied_ones_stays_drift(machine: Scratch) -> None:
    """Sabotage: take every managed value over, of whichever unit."""
    first, _ = machine.attest()
    machine.run(f"echo changed >> $ROOT{SUDOERS}")
    before = machine.testify(first)
    second = remembered({"antivirus_server": machine.watches["antivirus_server"]}, first, before, before)
    assert [one.words for one in differences("lab-av1", second, before, {})] != []


def test_what_an_applied_unit_keeps_was_adopted_and_is_right(machine: Scratch) -> None:
    """Sabotage: leave the case of an adopted change out."""
    first, _ = machine.attest()
    machine.run(f"echo 'now also in the inventory' >> $ROOT{SUDOERS}")
    second, _ = machine.attest(first, machine.testify(first))
    assert words(machine, second) == []


def test_another_machine_of_the_same_name_begins_anew(machine: Scratch) -> None:
    """Sabotage: leave the machine's identity out of the comparison."""
    first, _ = machine.attest()
    machine.run(
        "echo ffffffffffffffffffffffffffffffff > $ROOT/etc/machine-id; rm $ROOT/etc/sudoers.d/townhall"
    )
    assert words(machine, first) == ["another machine stands in its place: townhall apply sets it up"]
    second, _ = machine.attest(first, machine.testify(first))
    assert words(machine, second) == []


@pytest.mark.parametrize(("version", "told"), [("1.0", True), ("3.0", False)])
def test_a_newer_package_is_the_work_of_updates_and_an_older_one_is_not(
    machine: Scratch, version: str, told: bool
) -> None:
    """Sabotage: compare versions as texts, or not at all."""
    first, _ = machine.attest()
    state = (machine.root / "state.json").read_text()
    (machine.root / "state.json").write_text(
        state.replace('"nginx": ["install", "2.0"]', f'"nginx": ["install", "{version}"]')
    )
    assert (
        [one for one in words(machine, first) if "nginx" in one and "older" in one] != []
        if told
        else words(machine, first) == []
    )


def test_the_kernels_settings_are_those_that_the_file_named() -> None:
    """Sabotage: attest the file of settings instead of each one."""
    after = Testimony("id", {Spot("kernel", "kernel.kptr_restrict"): "1"})
    found = remembered({"base": (Watch(Spot("kernel_file", "/etc/sysctl.d/x.conf")),)}, None, None, after)
    assert list(found.units["base"]) == [Spot("kernel", "kernel.kptr_restrict")]
