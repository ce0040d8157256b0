"""Work grows with the change, not with the town."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.growth import one_more


def test_one_more_pc_takes_the_same_tasks_items_and_commands_in_every_town(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: loop over directory_computers in a task of the role directory."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path))
    costs = [one_more(pcs, tmp_path) for pcs in (10, 500)]
    assert costs[0]["tasks"] > 50
    assert costs[0]["items"] > 10
    assert costs[0] == costs[1]
