"""Planning a request of one added line in towns of three sizes, against Ansible's reading and check mode."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.check_mode import check_mode
from tests.bench.measure import Measured, best_of, measured
from tests.bench.planning import WORK, add_a_pc, without_townhall
from tests.towns.generate import generate

SIZES = (1_000, 10_000, 100_000)
BASELINE = 10_000
FOLDER = "inventories/town"


@dataclass(frozen=True)
class Asked:
    """A repository with a town, a branch with one more PC, and a place for what is kept of the base."""

    repository: Path

    @property
    def kept(self) -> Path:
        """Where the command keeps what it knows of bases."""
        return self.repository / "kept"

    def cold(self) -> Measured:
        """Plan the request with nothing kept."""
        shutil.rmtree(self.kept, ignore_errors=True)
        return self.warm()

    def warm(self) -> Measured:
        """Plan the request."""
        call = ["townhall", "plan", "-i", FOLDER, "--repository", str(self.repository)]
        extra = {"XDG_CACHE_HOME": str(self.kept)}
        return measured([*call, "--base", "main", "--head", "request"], allowed=(2,), extra=extra)


def asked(pcs: int) -> Asked:
    """A generated town with a request, anew."""
    repository = WORK / f"request-{pcs}"
    shutil.rmtree(repository, ignore_errors=True)
    root = repository / FOLDER
    root.parent.mkdir(parents=True)
    generate(root, pcs, seed=1)
    _git(repository, "init", "-q", "-b", "main")
    _commit(repository)
    _git(repository, "checkout", "-q", "-b", "request")
    add_a_pc(root)
    _commit(repository)
    return Asked(repository)


def requests() -> dict[str, Measured]:
    """The baseline, then each size cold and warm; warm knows the base."""
    scenes = {pcs: asked(pcs) for pcs in SIZES}
    plain = without_townhall(scenes[BASELINE].repository / FOLDER)
    listing = ["ansible-inventory", "-i", str(plain), "--list"]
    found = {
        f"ansible-inventory --list, {BASELINE:,} PCs": best_of(
            2, lambda: measured(listing, extra=dict(os.environ))
        )
    }
    for pcs, scene in scenes.items():
        found[f"townhall plan --base, {pcs:,} PCs, cold"] = scene.cold()
        found[f"townhall plan --base, {pcs:,} PCs, warm"] = best_of(3, scene.warm)
    return found | check_mode(SIZES[1:])


def _commit(repository: Path) -> None:
    _git(repository, "add", "inventories")
    _git(repository, "commit", "-q", "-m", "town")


def _git(repository: Path, *words: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    subprocess.run(["git", "-C", str(repository), *who, *words], check=True)
