"""The plan of a request from two commits: data only, rendered with the running code and the base's order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from orchestrator.desired import PROJECT, collector_at_rest, following
from orchestrator.desired import catalogue as own_catalogue
from orchestrator.errors import Problem, Refused, UsageError
from orchestrator.foreign import foreign_files
from orchestrator.git import Difference, Repository, TreeEntry
from orchestrator.load import load_text
from orchestrator.load.argument_files import Specs
from orchestrator.load.files import read_specs
from orchestrator.load.problems import shown
from orchestrator.load.revision import right_revision
from orchestrator.model.rendering import Catalogue
from orchestrator.model.request import (
    ARGUMENTS,
    NEW,
    FilesChanged,
    RequestPlan,
    Revisions,
    Side,
)
from orchestrator.remembered import Remembered
from orchestrator.render.catalogue import FILE, parse
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.excerpted import CertainLines, judge_plan
from orchestrator.replan.store import Store
from orchestrator.request import request
from orchestrator.request.files import Differing, sorted_files
from orchestrator.request.lines import Edited
from orchestrator.role_specs import unfit
from orchestrator.surroundings import roles_of, surroundings

LONGEST, MOST, FILES = 2**20, 64 * 2**20, 2000
_SCHEMA = frozenset(
    {
        "TH-KEY-UNKNOWN",
        "TH-CHOICE",
        "TH-TYPE",
        "TH-ARGUMENT-UNKNOWN",
        "TH-ARGUMENT-SPEC",
        "TH-ROLE-UNKNOWN",
        "TH-FILE-UNEXPECTED",
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared: a town's folder in a repository, at two revisions.

    The base is the newest commit that both named revisions come from: what the base's branch did since is no
    change of the request.
    """

    repository: Repository
    folder: str
    base: str
    head: str = "HEAD"
    history: bool = False


def asked(root: Path, base: str, head: str, repository: Path | None, history: bool = False) -> Asked:
    """Find the repository of an inventory's folder; with a repository named, the folder is a path in it."""
    if repository:
        folder = root
    else:
        found = Repository(root if root.is_dir() else Path()).top()
        try:
            folder = root.resolve().relative_to(found.resolve())
        except ValueError as error:
            raise UsageError(f"{root} is not in the repository {found}") from error
        repository = found
    if folder.is_absolute() or ".." in folder.parts or not folder.parts:
        raise UsageError(f"{folder}: name the town's folder inside the repository, such as inventories/lab")
    return Asked(Repository(repository), folder.as_posix(), base, head, history)


def requested(wish: Asked, today: date | None = None, store: Store | None = None) -> RequestPlan:
    """Return the plan; raises Refused with every problem of the branch's data, in order of reading."""
    with collector_at_rest():
        return _Request.of(wish, today or date.today()).plan(store or Store(kind="request"))


@dataclass(frozen=True, slots=True)
class _Request:
    """Two commits, and what differs between them beside the town's data."""

    wish: Asked
    today: date
    head: str
    base: str
    files: FilesChanged
    tree: Mapping[str, TreeEntry]
    catalogue: Catalogue
    specs: Specs | None

    @classmethod
    def of(cls, wish: Asked, today: date) -> _Request:
        """What is asked for, looked up."""
        git = wish.repository
        head = git.commit(wish.head)
        base = git.merge_base(git.commit(wish.base), head)
        files = sorted_files(_differing(git, git.differences(base, head), wish.folder), wish.folder)
        tree = {entry.path: entry for entry in git.tree(base)}
        return cls(wish, today, head, base, files, tree, _catalogue(git, tree), read_specs(PROJECT / "roles"))

    def plan(self, store: Store) -> RequestPlan:
        """From excerpts of both towns where they are certain, else from the whole towns."""
        remembered = Remembered(store, self.wish.folder, self.catalogue, self.specs)
        before: Side | None = None
        try:
            known = remembered.recall(self.tree)
            if known is None:
                before = self._base_side()
                known = remembered.keep(self.tree, before) if before else None
            if known is None or self.files.roles:
                raise DoubtError("a new town, or units of the whole town")
            sides = remembered.sides(known, self.wish.repository, self.tree, self.head, self.today)
            plan = self._told(*sides, CertainLines)
            judge_plan(plan, *sides)
            return plan
        except DoubtError:
            before = before or self._base_side()
            return self._told(before, self._head_side(before), Edited)

    def _told(self, before: Side | None, after: Side, reader: type[Edited]) -> RequestPlan:
        known = roles_of(self.catalogue) if self.wish.history else ()
        around = surroundings(self.catalogue, after.town, self.today.isoformat(), known)
        around = replace(around, foreign=foreign_files(self.tree))
        inputs = _digest(before, after, self.tree)
        revisions = Revisions(self.base, self.head, self.wish.base, inputs)
        plan = request(revisions, before, after, self.files, around, reader)
        problems = _unfit(plan, after)
        if problems and after.policed:
            raise DoubtError("an argument of the excerpt does not fit")
        if problems:
            raise Refused(_code_first(problems, self.files))
        return plan

    def _base_side(self) -> Side | None:
        """The town at the base, or nothing if it is not there yet; what expired since is not judged here."""
        if not self.wish.repository.tree(self.base, self.wish.folder):
            return None
        try:
            return self._side(self.base, None)
        except Refused as refused:
            where = f"base {self.base[:12]}: "
            raise Refused(replace(one, place=where + one.place) for one in refused.problems) from None

    def _head_side(self, base: Side | None) -> Side:
        try:
            return self._side(self.head, self.today, base)
        except Refused as refused:
            raise Refused(_code_first(refused.problems, self.files)) from None

    def _side(self, commit: str, today: date | None, same: Side | None = None) -> Side:
        files = right_revision(self.wish.repository, commit, self.wish.folder)
        town = load_text(files, today, self.specs, PurePosixPath(self.wish.folder))
        if same and same.files == files:
            return same
        wanted = following(town, self.catalogue)
        return Side(town, wanted.intent, wanted.rendering, files)


def _code_first(problems: tuple[Problem, ...], files: FilesChanged) -> Iterator[Problem]:
    """What the base's schema refuses may be right with the code that comes along: that is merged first."""
    of_roles = (one.path for found in files.roles.values() for one in found)
    paths = [*(change.path for change in files.code), *of_roles]
    for problem in problems:
        if problem.code in _SCHEMA and paths:
            named = shown(paths[0]) + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
            reason = (
                f"{problem.reason}; this request also changes code ({named}), which is not run for a plan"
            )
            remedy = f"merge the code first, then request the data that needs it; or: {problem.remedy}"
            yield replace(problem, code="TH-REQUEST-CODE-FIRST", reason=reason, remedy=remedy)
        else:
            yield problem


def _unfit(plan: RequestPlan, head: Side) -> tuple[Problem, ...]:
    """Every argument that changes and does not fit what its role declares."""
    kinds = (NEW, ARGUMENTS)
    changing = {unit for change in plan.changes if change.kind in kinds for unit in change.units}
    units = tuple(unit for unit in head.rendering.units if (unit.host, unit.role) in changing)
    return unfit(replace(head.rendering, units=units)) if units else ()


def _catalogue(git: Repository, tree: Mapping[str, TreeEntry]) -> Catalogue:
    """The base's catalogue, or that of the running program in a repository of towns alone."""
    entry = tree.get(FILE)
    if entry is None:
        return own_catalogue()
    return parse(git.blobs([entry.id])[entry.id].decode("utf-8"))


def _short(sizes: Mapping[str, int]) -> Iterator[str]:
    """The objects that are worth a line-by-line look, as many as are read at once."""
    left = MOST
    for name, size in sorted(sizes.items(), key=lambda pair: (pair[1], pair[0]))[:FILES]:
        left -= size
        if size > LONGEST or left < 0:
            return
        yield name


def _differing(git: Repository, found: tuple[Difference, ...], town: str) -> Iterator[Differing]:
    """Differing files with their texts, as far as they are no data of the town, short and text."""
    rest = [one for one in found if not one.path.startswith(f"{town}/")]
    sizes = git.sizes({one for pair in rest for one in (pair.old_id, pair.new_id)})
    contents = git.blobs(_short(sizes))
    for one in found:
        texts = (contents.get(name, b"").decode("utf-8", "replace") for name in (one.old_id, one.new_id))
        yield Differing(one.path, one.old_mode, one.new_mode, *texts)


def _digest(before: Side | None, after: Side, tree: Mapping[str, TreeEntry]) -> str:
    """A digest of all data that was compared and of the catalogue it was rendered by."""
    made = hashlib.sha256()
    for side in (before, after):
        for path, text in sorted(side.files.items()) if side else ():
            made.update(f"{path} {len(text)}\n{text}".encode())
        made.update(b"\0")
    made.update((tree[FILE].id if FILE in tree else "").encode())
    return made.hexdigest()
