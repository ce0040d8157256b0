"""A job that comes while another applies waits, and says for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.apply.lock import BusyError, locked
from orchestrator.patience import patiently


def test_it_waits_with_one_message_for_each_holder_and_then_acts(tmp_path: Path) -> None:
    """Sabotage: wait without a word."""
    told: list[str] = []
    first = locked(tmp_path / "lock", "townhall apply of the first")
    first.__enter__()
    pauses = iter([False, False, True])

    def pause(seconds: float) -> None:
        if next(pauses):
            first.__exit__(None, None, None)

    def act() -> str:
        with locked(tmp_path / "lock", "townhall apply of the second"):
            return "done"

    assert patiently(act, 60, told.append, pause) == "done"
    assert len(told) == 1
    assert "townhall apply of the first" in told[0]


def test_its_patience_ends(tmp_path: Path) -> None:
    """Sabotage: wait for ever."""
    with locked(tmp_path / "lock", "the first"), pytest.raises(BusyError, match="the first"):
        patiently(lambda: locked(tmp_path / "lock", "the second").__enter__(), 0, print, print)
