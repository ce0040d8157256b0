"""Finds out on what an apply would stand: a merged commit as it is, a lab, or a person's own word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.errors import MachineError, Problem, Refused, UsageError
from orchestrator.git import Repository
from orchestrator.load.problems import Problems
from orchestrator.load.revision import read_revision
from orchestrator.model.ground import GLASS, LAB, MERGED, OUTSIDE, UNDO, Ground, Run
from orchestrator.model.town import Town
from orchestrator.plan.coverage import covers
from orchestrator.record import Ledger
from orchestrator.record.place import is_lab, ledger_path
from orchestrator.record.runs import inventory_of, runs
from orchestrator.signed import unsigned
from orchestrator.signer import allowed_signers

BRANCHES = ("origin/HEAD", "origin/main")
LOOKED_AT = 200
_NAMED = 10
Files = Mapping[str, str]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Footing:
    """What was asked for: a certain commit, the branch it must be merged into, a reason to break the glass.

    `signers` is the file with the keys that may sign what is applied; where it is, signatures are asked for.
    """

    commit: str = ""
    into: str = ""
    glass: str = ""
    signers: Path = field(default_factory=allowed_signers)


def stand(root: Path, footing: Footing, town: Town, files: Files, tell: Tell = lambda _: None) -> Ground:
    """Return the ground of an apply; raises Refused where nobody agreed to what lies here.

    `tell` is told what could not be looked at.
    """
    kept, place = _without_secrets(files), _Place.of(root)
    if footing.glass:
        return Ground(GLASS, kept, place.head if place else "", footing.glass)
    if is_lab(town) and not footing.commit:
        ground = Ground(LAB, kept, place.head if place else "")
    else:
        ground = Ground(MERGED, kept, _merged(root, place, footing, kept, town, tell))
    problems = [*open_glass(root, town, kept, footing.into), *_older(root, town, ground)]
    if problems:
        raise Refused(problems)
    return ground


def _without_secrets(files: Files) -> dict[str, str]:
    return {path: text for path, text in files.items() if "/secrets_tier" not in path}


def open_glass(root: Path, town: Town, files: Files, into: str = "") -> Iterator[Problem]:
    """Say if something was applied without a merged commit, and none holds it yet."""
    path = ledger_path(town)
    if not path.exists():
        return
    with closing(Ledger(path)) as ledger:
        known = runs(ledger)
        if not known or known[0].kind not in OUTSIDE:
            return
        newest = known[0]
        before = next((run for run in known if run.kind not in OUTSIDE), None)
        applied = inventory_of(ledger, newest) or {}
        base = (inventory_of(ledger, before) if before else None) or {}
    files = _without_secrets(files)
    candidates = (files,) if is_lab(town) else _merged_since(root, before.commit if before else "", into)
    if not any(covers(candidate, base, applied) for candidate in candidates):
        yield _open(newest)


def _open(run: Run) -> Problem:
    what = "taken back" if run.kind == UNDO else "applied"
    reason = f"{what} by {run.who} at {run.at[:16]} without a merged commit: {run.reason}"
    remedy = f"merge the same change (revert the commit that was undone), or townhall undo {run.name}"
    return Problem(f"ledger:{run.record}", "TH-GLASS-OPEN", run.name, reason, remedy)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an inventory lies in a repository."""

    repository: Repository
    folder: str
    head: str

    @classmethod
    def of(cls, root: Path) -> _Place | None:
        try:
            repository = Repository(Repository(root).top())
            folder = root.resolve().relative_to(repository.folder.resolve()).as_posix()
            return cls(repository, folder, repository.commit("HEAD"))
        except (UsageError, MachineError, ValueError):
            return None

    def branch(self, named: str) -> str:
        """The commit of the branch that counts as merged; nothing if there is none."""
        for name in (named,) if named else BRANCHES:
            try:
                return self.repository.commit(name)
            except UsageError:
                continue
        return ""

    def files(self, commit: str) -> dict[str, str]:
        return read_revision(self.repository, commit, self.folder, Problems())


def _merged(  # noqa: PLR0913, PLR0917
    root: Path, place: _Place | None, footing: Footing, files: Files, town: Town, tell: Tell
) -> str:
    """Return the merged commit that lies here byte for byte, or refuse."""
    glass = "or, when the forge is down: --break-glass --reason TEXT"
    if place is None:
        reason = "is in no git repository with a commit, so nobody can have merged it"
        raise Refused([Problem(f"{root}:1", "TH-APPLY-GIT", root.name, reason, f"clone the town's; {glass}")])
    problems = [*_dirty(place, glass), *_elsewhere(place, footing, glass)]
    problems += _unsigned(place, footing, town, tell)
    if not problems and _without_secrets(place.files(place.head)) != files:
        reason, remedy = "what lies here is not what the commit holds", f"git checkout; {glass}"
        problems.append(Problem(f"{root}:1", "TH-APPLY-DIRTY", place.head[:12], reason, remedy))
    if problems:
        raise Refused(problems)
    return place.head


def _dirty(place: _Place, glass: str) -> Iterator[Problem]:
    for path in place.repository.dirt()[:_NAMED]:
        reason = "differs from the commit, or is in none"
        remedy = f"commit it and have it merged, or take it back (git stash -u); {glass}"
        yield Problem(f"{path}:1", "TH-APPLY-DIRTY", path, reason, remedy)


def _elsewhere(place: _Place, footing: Footing, glass: str) -> Iterator[Problem]:
    head, branch = place.head, place.branch(footing.into)
    if footing.commit and not (len(footing.commit) >= 7 and head.startswith(footing.commit)):
        remedy = f"git checkout --detach {footing.commit}"
        yield Problem("HEAD:1", "TH-APPLY-COMMIT", head[:12], f"{footing.commit[:40]} was asked for", remedy)
    if not branch:
        reason = "there is no branch to be merged into"
        remedy = f"name it with --into, such as --into origin/main; {glass}"
        yield Problem("HEAD:1", "TH-APPLY-UNMERGED", footing.into or " or ".join(BRANCHES), reason, remedy)
    elif not place.repository.contains(branch, head):
        reason = f"is not merged into {footing.into or 'the main branch'} ({branch[:12]})"
        remedy = f"git fetch; open a request and have it merged; {glass}"
        yield Problem("HEAD:1", "TH-APPLY-UNMERGED", head[:12], reason, remedy)


def _unsigned(place: _Place, footing: Footing, town: Town, tell: Tell) -> Iterator[Problem]:
    """Where the machine keeps a list of signers, all that is new bears the signature of one of them."""
    if footing.signers.exists():
        yield from unsigned(place.repository, place.head, _answered_for(town), footing.signers, tell)


def _answered_for(town: Town) -> str:
    """The newest commit that was applied as merged, or by a person's word; nothing if none was."""
    if not ledger_path(town).exists():
        return ""
    with closing(Ledger(ledger_path(town))) as ledger:
        return next((run.commit for run in runs(ledger) if run.kind in {MERGED, GLASS} and run.commit), "")


def _older(root: Path, town: Town, ground: Ground) -> Iterator[Problem]:
    """A commit that waited while a newer one was applied is not applied over it."""
    path, place = ledger_path(town), _Place.of(root)
    if ground.kind != MERGED or place is None or not path.exists():
        return
    with closing(Ledger(path)) as ledger:
        newest = next((run.commit for run in runs(ledger) if run.kind == MERGED), "")
    if newest not in {"", ground.commit} and place.repository.contains(newest, ground.commit):
        reason, remedy = (
            f"the newer commit {newest[:12]} was applied already",
            "revert by a new commit instead",
        )
        yield Problem("HEAD:1", "TH-APPLY-OLDER", ground.commit[:12], reason, remedy)


def _merged_since(root: Path, commit: str, into: str) -> Iterator[Files]:
    place = _Place.of(root)
    branch = place.branch(into) if place else ""
    if place and branch:
        for one in (branch, *place.repository.since(commit, branch, place.folder, LOOKED_AT)):
            yield place.files(one)
