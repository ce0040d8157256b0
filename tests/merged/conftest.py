"""A town of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.merged.town import MergedTown


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MergedTown:
    """A merged town whose ledger lies in a folder of its own."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("TOWNHALL_ALLOWED_SIGNERS", str(tmp_path / "signers"))
    return MergedTown(tmp_path)
