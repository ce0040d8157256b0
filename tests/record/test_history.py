"""How long units took is read from the ledger, and only from units that were applied."""

from __future__ import annotations

from pathlib import Path

from orchestrator.model.record import Entry
from orchestrator.record import Ledger
from orchestrator.record.history import medians


def test_a_roles_time_is_the_median_of_its_applied_units(tmp_path: Path) -> None:
    """Sabotage: take the mean, join units of different runs, or count failed ones."""
    seconds = iter((0, 10, 20, 22, 30, 130, 200, 500))
    clock = (f"2026-01-01T00:{at // 60:02}:{at % 60:02}.000+00:00" for at in seconds)
    ledger = Ledger(tmp_path / "town.sqlite", lambda: next(clock))
    for run, end in (("a", "applied"), ("b", "applied"), ("c", "applied"), ("d", "failed")):
        ledger.append([Entry("started", run, "pc-1", "base")])
        ledger.append([Entry(end, run, "pc-1", "base")])
    assert medians(ledger.spans(["base"])) == {"base": 10.0}
    ledger.close()


def test_a_ledger_without_runs_has_no_history(tmp_path: Path) -> None:
    """Sabotage: expect something of every role."""
    ledger = Ledger(tmp_path / "town.sqlite")
    assert medians(ledger.spans(["base"])) == {}
    ledger.close()
