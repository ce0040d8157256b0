"""A lost ledger begins again with the stamps of the machines."""

from __future__ import annotations

from pathlib import Path

from orchestrator.model.plan import Observation
from orchestrator.plan import plan
from orchestrator.plan.keys import current_keys
from orchestrator.record import Ledger
from orchestrator.record.rebuild import entries_of_stamps
from tests.plan.renderings import CODE, rendering

TOWN = rendering([("pc-1", "workstation", {"room": "A-101"}), ("pc-2", "workstation", {"room": "A-102"})])
KEYS = current_keys(TOWN, CODE)


def rebuilt(folder: Path, stamps: dict[str, dict[str, str]]) -> Ledger:
    """Return a new ledger after a rebuild from these stamps."""
    ledger = Ledger(folder / "town.sqlite")
    observed = {host: Observation("SHA256:key", "id", found) for host, found in stamps.items()}
    ledger.append(entries_of_stamps(observed, KEYS, "rebuild"))
    return ledger


def test_units_with_todays_stamp_are_only_checked_again(tmp_path: Path) -> None:
    """Sabotage: let the rebuild pass over stamps."""
    stamps = {host: {role: key} for (host, role), (key, _, _) in KEYS.items()}
    planned = plan(TOWN, CODE, rebuilt(tmp_path, stamps).state())
    assert not planned.units
    assert planned.unverified == (("pc-1", "workstation"), ("pc-2", "workstation"))


def test_a_unit_with_an_older_stamp_or_none_is_planned(tmp_path: Path) -> None:
    """Sabotage: give every stamp today's key."""
    planned = plan(TOWN, CODE, rebuilt(tmp_path, {"pc-1": {"workstation": "an older key"}}).state())
    assert {unit.host for unit in planned.units} == {"pc-1", "pc-2"}


def test_the_rebuilt_ledger_is_whole(tmp_path: Path) -> None:
    """Sabotage: write records past the chain."""
    assert not rebuilt(tmp_path, {"pc-1": {"workstation": "k"}}).fault()
