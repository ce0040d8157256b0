"""The base of a request as it was met before, kept by what it was made of; both sides' texts out of git."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from orchestrator.desired import Desired, following
from orchestrator.errors import Refused
from orchestrator.foreign import program
from orchestrator.git import Repository, TreeEntry
from orchestrator.load import load_text
from orchestrator.load.argument_files import Specs
from orchestrator.load.revision import right_revision
from orchestrator.model.rendering import Catalogue
from orchestrator.model.request import Side
from orchestrator.replan.base_side import BaseSide, base_side, shared_units
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.excerpted import excerpted
from orchestrator.replan.store import Store
from orchestrator.role_specs import unfit


@dataclass(frozen=True, slots=True)
class Remembered:
    """Whole towns at earlier bases."""

    store: Store
    folder: str
    catalogue: Catalogue
    specs: Specs | None

    def recall(self, tree: Mapping[str, TreeEntry]) -> BaseSide | None:
        """The town at a base, if this program met the same files before."""
        plain = self.store.recall(self._name(tree))
        return BaseSide.of_plain(plain) if plain else None

    def keep(self, tree: Mapping[str, TreeEntry], side: Side) -> BaseSide:
        """Remember a whole town; raises DoubtError if what many lines share does not fit its roles."""
        wanted = Desired(side.town, self.catalogue, side.intent, side.rendering)
        if unfit(replace(side.rendering, units=shared_units(wanted))):
            raise DoubtError("arguments of the base do not fit their roles")
        found = base_side(wanted)
        self.store.keep(self._name(tree), found.plain())
        return found

    def sides(
        self, known: BaseSide, git: Repository, tree: Mapping[str, TreeEntry], head: str, today: date
    ) -> tuple[Side, Side]:
        """Both sides as excerpts; raises DoubtError where only the whole towns can tell."""
        objects = _Once(git, tree)
        try:
            old, new = (right_revision(objects, commit, self.folder) for commit in ("", head))
        except Refused as refused:
            raise DoubtError("a side cannot be read") from refused
        same = {path: old[path] if old.get(path) == text else text for path, text in new.items()}

        def follow(files: Mapping[str, str], at_head: bool) -> Desired:
            try:
                town = load_text(files, today if at_head else None, self.specs, PurePosixPath(self.folder))
                return following(town, self.catalogue)
            except Refused as refused:
                raise DoubtError("the excerpt does not hold together") from refused

        return excerpted(known, old, same, follow)

    def _name(self, tree: Mapping[str, TreeEntry]) -> str:
        entries = (one for path, one in sorted(tree.items()) if path.startswith(f"{self.folder}/"))
        parts = (f"{one.mode} {one.id} {one.path}" for one in entries)
        made = "\n".join((sys.version, program(), self.folder, repr(self.catalogue), *parts))
        return hashlib.sha256(made.encode("utf-8", "backslashreplace")).hexdigest()


class _Once:
    """A repository whose contents are read once; the base's tree is known."""

    def __init__(self, git: Repository, base: Mapping[str, TreeEntry]) -> None:
        self._git, self._base = git, base
        self._contents: dict[str, bytes] = {}

    def tree(self, commit: str, folder: str = "") -> Iterable[TreeEntry]:
        """The files of a commit, or of the base."""
        if commit:
            return self._git.tree(commit, folder)
        return [one for path, one in self._base.items() if path.startswith(f"{folder}/")]

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Contents by id."""
        wanted = set(ids)
        self._contents |= self._git.blobs(wanted - self._contents.keys())
        return {name: self._contents[name] for name in wanted}
