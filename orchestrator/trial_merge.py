"""Merges two revisions for trial; what that makes lies in a folder that goes away again."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import MachineError, UsageError
from orchestrator.git import Repository

_NOBODY = {
    f"GIT_{who}_{what}": said
    for who in ("AUTHOR", "COMMITTER")
    for what, said in (("NAME", "townhall"), ("EMAIL", "townhall@localhost"), ("DATE", "@0 +0000"))
}
OURS, THEIRS = "2", "3"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that git cannot merge: its marked text, and each side's, None where that side removed it."""

    path: str
    marked: str
    ours: str | None
    theirs: str | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The tree of the merged state, and what in it is open."""

    tree: str
    conflicts: tuple[Conflict, ...]


@contextmanager
def on_trial(repository: Repository) -> Iterator[TrialRepository]:
    """The same repository; what is added to it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="townhall-merge-") as folder:
        yield TrialRepository(repository, Path(folder))


class TrialRepository(Repository):
    """A repository that writes its new objects and its index elsewhere."""

    def __init__(self, repository: Repository, spare: Path) -> None:
        objects = repository.objects()
        (spare / "objects").mkdir()
        places = {
            "GIT_OBJECT_DIRECTORY": str(spare / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{objects}"',
            "GIT_INDEX_FILE": str(spare / "index"),
        }
        super().__init__(repository.folder, _NOBODY | places)

    def with_files(self, commit: str, folder: str, changed: Mapping[str, str | None]) -> str:
        """A commit upon another with some files of a folder as given; None takes a file away."""
        if not changed:
            return commit
        self._run("read-tree", commit)
        for path, text in sorted(changed.items()):
            name = f"{folder}/{path}" if folder else path
            if text is None:
                self._run("update-index", "--force-remove", "--", name)
            else:
                made = self._run("hash-object", "-w", "--stdin", given=text.encode()).decode().strip()
                self._run("update-index", "--add", "--cacheinfo", f"100644,{made},{name}")
        tree = self._text("write-tree").strip()
        return self._text("commit-tree", "-p", commit, "-m", "as it lies here", tree).strip()

    def merge(self, ours: str, theirs: str) -> Merged:
        """What a merge of the second commit into the first would give."""
        self.merge_base(ours, theirs)
        call = ("merge-tree", "--write-tree", "-z", "--no-messages", ours, theirs)
        try:
            told = self._run(*call, failed_from=2).decode("utf-8", "surrogateescape")
        except MachineError as error:
            raise UsageError(f"these revisions cannot be merged for trial: {error}") from error
        tree, *entries = [part for part in told.split("\0") if part]
        return Merged(tree, tuple(self._conflicts(tree, entries)))

    def _conflicts(self, tree: str, entries: list[str]) -> Iterator[Conflict]:
        stages: dict[str, dict[str, str]] = defaultdict(dict)
        for entry in entries:
            head, _, path = entry.partition("\t")
            _mode, blob, stage = head.split()
            stages[path][stage] = blob
        marked = {entry.path: entry.id for entry in self.tree(tree) if entry.path in stages}
        wanted = [*marked.values(), *(blob for sides in stages.values() for blob in sides.values())]
        texts = {name: raw.decode("utf-8", "replace") for name, raw in self.blobs(wanted).items()}
        for path, sides in sorted(stages.items()):
            ours, theirs = (texts.get(sides.get(stage, "")) for stage in (OURS, THEIRS))
            yield Conflict(path, texts.get(marked.get(path, ""), ""), ours, theirs)
