"""R1: the controller is killed at any step of the journal, and nothing is lost or done twice unseen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from tests.apply.town_of_one import TownOfOne

SLOW = 0.5


class SlowLedger(Ledger):
    """A real ledger on a disk that takes its time before it has kept anything."""

    def append(self, entries: Iterable[Entry], contents: Mapping[str, str] | None = None) -> int:
        time.sleep(SLOW)
        return super().append(entries, contents)


def test_a_change_waits_until_its_beginning_is_written_down(tmp_path: Path) -> None:
    """Sabotage: open the gate before the append, or leave the gate out of the play."""
    town = TownOfOne.create(tmp_path)
    assert town.apply(town.rendering("one"), "slow", recorder=SlowLedger(town.ledger.path)).succeeded
    begun = next(record for record in town.ledger.records() if record.entry.kind == "started")
    changed = (Path(town.folder) / "setting").stat().st_mtime
    assert datetime.fromisoformat(begun.at).timestamp() < changed
