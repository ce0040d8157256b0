"""Judges a request as it would stand when merged, and beside other open requests; nothing is checked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

from orchestrator.desired import following
from orchestrator.errors import Problem, Refused, UsageError
from orchestrator.git import Repository
from orchestrator.load import load_files
from orchestrator.load.claims import Claim, Key, Revision, claims, collisions, note_collisions, taken_anew
from orchestrator.load.draft import Draft
from orchestrator.load.files import right_files
from orchestrator.load.fix import Fix, fix
from orchestrator.load.free_address import Addresses
from orchestrator.load.merged import note_clashes, origin_of
from orchestrator.load.problems import Problems
from orchestrator.load.reading import read_draft
from orchestrator.load.revision import read_revision, right_revision
from orchestrator.model.suggestion import Suggestion
from orchestrator.model.town import Town
from orchestrator.role_specs import hold
from orchestrator.shown_secrets import shown_secrets
from orchestrator.trial_merge import on_trial

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Revisions as a person named them; without `head` the request is what lies in the folder."""

    main: str
    head: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A request that is right by itself, with its fixes and what still keeps it from being merged."""

    town: Town
    before: Files
    after: Files
    fixes: tuple[Fix, ...]
    suggestions: tuple[Suggestion, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Other:
    """Another revision: what it takes anew, and every address in it."""

    revision: Revision
    addresses: frozenset[IPv4Address]


def judge_request(inventory: Path, names: Names, fixing: bool, today: date) -> Judged:
    """Judge a request against the main branch and other requests; raises Refused if it is wrong by itself."""
    top = Repository(inventory if inventory.is_dir() else Path.cwd()).top()
    return _Request(Repository(top), _below(top, inventory), inventory, names, today).judged(fixing)


def _below(top: Path, inventory: Path) -> str:
    try:
        return inventory.resolve().relative_to(top.resolve()).as_posix()
    except ValueError as error:
        raise UsageError(f"{inventory} is outside of the repository {top}") from error


class _Request:
    """A request with the revisions that it is held against."""

    def __init__(
        self, repository: Repository, folder: str, inventory: Path, names: Names, today: date
    ) -> None:
        self._repository, self._folder, self._inventory, self._today = repository, folder, inventory, today
        self._names, self._drafts = names, _Drafts()
        self._main, self._head = repository.commit(names.main), repository.commit(names.head or "HEAD")
        self._files = self._read(self._head) if names.head else right_files(inventory)
        self._main_files = self._read(self._main)
        self._main_claims = claims(self._drafts.of(self._main_files))
        self._base_claims = self._claims_at(repository.merge_base(self._main, self._head))

    def judged(self, fixing: bool) -> Judged:
        """The request with its fixes and the problems of the first stage with any."""
        main, others = self._main_side(), [self._other(name) for name in self._names.others]
        reserved = main.addresses.union(*(other.addresses for other in others))
        after, fixes = fix(self._files, reserved, self._lost(main)) if fixing else (self._files, ())
        town = load_files(after, self._inventory, self._today, reserved)
        hold(following(town).rendering)
        problems = Problems()
        self._collide(after, (main, *others), reserved, problems)
        merged = self._merge(after, problems)
        found = (tuple(problems.found) or self._wrong_together(merged, after)) + self._shown()
        return Judged(town, self._files, after, fixes, self._suggestions(after, fixes), found)

    def _shown(self) -> tuple[Problem, ...]:
        """Secrets that the request's commits show, also those that a later one took out."""
        return tuple(shown_secrets(self._repository, self._main, self._head))

    def _read(self, commit: str) -> dict[str, str]:
        return right_revision(self._repository, commit, self._folder)

    def _claims_at(self, commit: str) -> dict[Key, Claim]:
        return claims(self._drafts.of(read_revision(self._repository, commit, self._folder, Problems())))

    def _main_side(self) -> _Other:
        """The main branch with what it took since the request began, and what the request has from it."""
        taken = taken_anew(self._main_claims, self._base_claims)
        ours = claims(self._drafts.of(self._files))
        taken |= {key: claim for key, claim in self._main_claims.items() if key in ours}
        return _Other(
            Revision(self._names.main, taken, is_main=True), _addresses(self._drafts.of(self._main_files))
        )

    def _other(self, name: str) -> _Other:
        commit = self._repository.commit(name)
        draft = self._drafts.of(read_revision(self._repository, commit, self._folder, Problems()))
        before = self._claims_at(self._repository.merge_base(self._main, commit))
        return _Other(Revision(name, taken_anew(claims(draft), before, self._main_claims)), _addresses(draft))

    def _anew(self, files: Files) -> dict[Key, Claim]:
        return taken_anew(claims(self._drafts.of(files)), self._base_claims)

    def _lost(self, main: _Other) -> frozenset[str]:
        """The hosts whose address the main branch has given to another meanwhile."""
        found = collisions(self._anew(self._files), main.revision)
        return frozenset(mine.owner for mine, _ in found if mine.kind == "address")

    def _collide(
        self,
        files: Files,
        others: tuple[_Other, ...],
        reserved: frozenset[IPv4Address],
        problems: Problems,
    ) -> None:
        anew, free = self._anew(files), _finder(self._drafts.of(files), reserved)
        for other in others:
            note_collisions(anew, other.revision, free, problems)

    def _merge(self, files: Files, problems: Problems) -> dict[str, str]:
        """The files of the merged state; what git cannot merge is noted."""
        committed = read_revision(self._repository, self._head, self._folder, Problems())
        changed = {path: files.get(path) for path in committed.keys() | files.keys()}
        changed = {path: text for path, text in changed.items() if committed.get(path) != text}
        with on_trial(self._repository) as trial:
            merged = trial.merge(self._main, trial.with_files(self._head, self._folder, changed))
            inside = f"{self._folder}/"
            for one in merged.conflicts:
                if one.path.startswith(inside):
                    sides = (one.theirs, one.ours)
                    note_clashes(one.path[len(inside) :], one.marked, sides, self._names.main, problems)
            return {} if problems.found else read_revision(trial, merged.tree, self._folder, problems)

    def _wrong_together(self, merged: Files, request: Files) -> tuple[Problem, ...]:
        if merged == request:
            return ()
        try:
            hold(following(load_files(merged, self._inventory, self._today)).rendering)
        except Refused as refused:
            name, main = self._names.main, self._main_files
            return tuple(origin_of(problem, merged, request, main, name) for problem in refused.problems)
        return ()

    def _suggestions(self, after: Files, fixes: tuple[Fix, ...]) -> tuple[Suggestion, ...]:
        return tuple(
            Suggestion(
                f"{self._folder}/{place.file}",
                place.line,
                self._files[place.file].split("\n")[place.line - 1],
                after[place.file].split("\n")[place.line - 1],
            )
            for place in sorted({done.source for done in fixes})
        )


class _Drafts:
    """Drafts by the texts that they were read from: most revisions of a town are alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str], ...], Draft] = {}

    def of(self, files: Files) -> Draft:
        """What the texts say, however wrong."""
        key = tuple(sorted(files.items()))
        if key not in self._known:
            self._known[key] = read_draft(files, None, Problems())
        return self._known[key]


def _addresses(draft: Draft) -> frozenset[IPv4Address]:
    hosts = (line.address for line in draft.hosts.values() if line.address is not None)
    return frozenset(hosts).union(*(service.addresses for service in draft.services.values()))


def _finder(draft: Draft, reserved: frozenset[IPv4Address]) -> Callable[[IPv4Address], IPv4Address | None]:
    """Finds for a taken address a free one of the same network; each is given once."""
    addresses = Addresses(replace(draft, reserved=reserved))

    def free(taken: IPv4Address) -> IPv4Address | None:
        network = addresses.network_of(taken)
        return addresses.take(network) if network else None

    return free
