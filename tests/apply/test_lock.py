"""Two admins apply at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.apply.lock import BusyError, locked


def test_the_second_is_told_who_applies_what_and_since_when(tmp_path: Path) -> None:
    path = tmp_path / "town.lock"
    with (
        locked(path, "townhall apply"),
        pytest.raises(BusyError, match=r"runs `townhall apply` since 20"),
        locked(path, "another"),
    ):
        pass


def test_the_lock_is_free_after_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "town.lock"
    for doing in ("a much longer first command", "second"):
        with locked(path, doing):
            assert path.read_text().count("{") == 1
