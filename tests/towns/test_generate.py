"""A made town is a right town, whatever its size, and the same seed makes the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.load import load
from orchestrator.model.names import WORKSTATIONS
from tests.towns.generate import generate


@pytest.mark.parametrize("pcs", [10, 500, 2000])
def test_a_made_town_is_loaded_with_every_pc_and_person(tmp_path: Path, pcs: int) -> None:
    """Sabotage: give two PCs one address in generate.py."""
    generate(tmp_path, pcs, seed=pcs)
    town = load(tmp_path)
    assert len(town.groups[WORKSTATIONS]) == pcs
    assert sum(person.without_pc is None for person in town.people.values()) == pcs
    assert {socket.name for socket in town.sockets.values()} > {
        host.socket for host in town.hosts.values()
    } - {None}


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    """Sabotage: iterate over a set of names."""
    for name in ("first", "second"):
        generate(tmp_path / name, 50, seed=3)
    files = sorted((tmp_path / "first").rglob("*.yml"))
    assert files
    for path in files:
        assert path.read_bytes() == (tmp_path / "second" / path.relative_to(tmp_path / "first")).read_bytes()
