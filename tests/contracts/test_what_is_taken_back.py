"""What a role takes back is written down, and holds."""

from __future__ import annotations

import re

from orchestrator.desired import PROJECT
from orchestrator.render.catalogue import FILE, parse
from tests.contracts.role_files import ROLES

PAGE = PROJECT / "docs/how-to/a-pc-leaves.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
REMOVES = re.compile(r"state: absent|\brm -|\bforget\b|\bprune\b")


def test_every_role_of_the_catalogue_says_what_it_takes_back() -> None:
    """Sabotage: take a role's row out of the page."""
    said = {name: cells for name, *cells in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    plays = parse((PROJECT / FILE).read_text(encoding="utf-8")).plays
    assert set(said) == {role for play in plays for role in play.roles}
    assert all(cell.strip() for cells in said.values() for cell in cells)


def test_no_role_removes_backups() -> None:
    """Sabotage: add a task with `state: absent` for a folder below /srv/backup."""
    (role,) = (role for role in ROLES if role.name == "backup_server")
    files = [path for path in role.rglob("*") if path.suffix in {".yml", ".j2"}]
    assert files
    assert [path.name for path in files if REMOVES.search(path.read_text(encoding="utf-8"))] == []
