"""A repository with the lab's inventory, whose branches are edits of its lines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.load.towns import LAB, changed

TOWN = "inventories/lab"


class LabRepository:
    """A work tree on `main`; every branch begins there unless it says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inventory = folder, folder / TOWN
        shutil.copytree(LAB, self.inventory, ignore=shutil.ignore_patterns("secrets_tier*"))
        self.git("init", "-q", "-b", "main")
        self.commit("the town")

    def git(self, *words: str) -> str:
        """Run git in the work tree."""
        name = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        call = ["git", "-C", str(self.folder), *name, *words]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str) -> str:
        """Commit the work tree and return the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, change: Mapping[str, Any], start: str = "main") -> str:
        """Commit a change of the lab's files on a new branch; the work tree is back on main afterwards."""
        self.git("switch", "-q", "-c", name, start)
        self.edit(change)
        self.commit(name)
        self.git("switch", "-q", "main")
        return name

    def edit(self, change: Mapping[str, Any]) -> None:
        """Change the files of the work tree."""
        paths = sorted(self.inventory.rglob("*.yml"))
        before = {path.relative_to(self.inventory).as_posix(): path.read_text() for path in paths}
        after = changed(before, change)
        for path in before.keys() - after.keys():
            (self.inventory / path).unlink()
        for path, text in after.items():
            (self.inventory / path).parent.mkdir(parents=True, exist_ok=True)
            (self.inventory / path).write_text(text)

    def advance(self, change: Mapping[str, Any]) -> None:
        """Commit a change on main."""
        self.edit(change)
        self.commit("main goes on")
