"""Reads objects of a git repository; nothing of a commit is checked out, filtered or run."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import MachineError, UsageError

LINK, COMMIT, EXECUTABLE = "120000", "160000", "100755"
ABSENT = "000000"
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

_HARDENED = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.attributesFile": "/dev/null",
    "core.pager": "cat",
    "core.sshCommand": "false",
    "diff.external": "",
    "protocol.allow": "never",
    "maintenance.auto": "false",
    "gc.auto": "0",
    "submodule.recurse": "false",
}
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
}
_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME")
_RAW = ("-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv")
_REVISION = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_./@{}~^+-]{0,199}")


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file of a commit; `size` in bytes is -1 for what is no file of this repository."""

    path: str
    mode: str
    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that differs between two commits; a mode of zeros means that it is not there."""

    path: str
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str


class Repository:
    """A repository by its folder, with or without a work tree."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._environment = dict(environment or {})

    def top(self) -> Path:
        """The folder of the work tree; raises UsageError where there is none."""
        try:
            return Path(self._text("rev-parse", "--show-toplevel").rstrip("\n"))
        except MachineError as error:
            raise UsageError(f"{self.folder} is in no git repository; name one with --repository") from error

    def objects(self) -> Path:
        """Where the repository keeps its objects."""
        return (self.folder / self._text("rev-parse", "--git-path", "objects").rstrip("\n")).resolve()

    def commit(self, name: str) -> str:
        """The commit that a name stands for; raises UsageError if there is none."""
        if not _REVISION.fullmatch(name) or ".." in name or "@{" in name:
            raise UsageError(f"{name!a} is no name of a revision: write a branch, a tag or a commit")
        try:
            call = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            return self._text(*call).strip()
        except MachineError as error:
            raise UsageError(f"there is no revision {name} in {self.folder}; fetch it first") from error

    def merge_base(self, first: str, second: str) -> str:
        """The newest commit that both come from; raises UsageError if there is none, or not one alone."""
        try:
            found = self._text("merge-base", "--all", "--", first, second).split()
        except MachineError:
            found = []
        if len(found) != 1:
            remedy = "fetch the whole history (a shallow clone lacks it), or merge the base into the branch"
            raise UsageError(f"{first[:12]} and {second[:12]} have {len(found)} common ancestors; {remedy}")
        return found[0]

    def contains(self, commit: str, earlier: str) -> bool:
        """Whether a commit comes from an earlier one; one that is not here is in nothing."""
        try:
            self._run("merge-base", "--is-ancestor", self.commit(earlier), self.commit(commit))
        except (MachineError, UsageError):
            return False
        return True

    def dirt(self) -> tuple[str, ...]:
        """The paths of files that differ from the commit or are in none; what is ignored does not count."""
        told = self._run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        return tuple(record[3:] for record in _records(told))

    def since(self, old: str, new: str, folder: str, most: int) -> tuple[str, ...]:
        """Commits that came after an old one and touch a folder, the newest first; no old one means all."""
        known = self.contains(new, old) if old else False
        below = (f"^{old}",) if known else ()
        told = self._text("rev-list", f"--max-count={most}", new, *below, "--", folder)
        return tuple(told.split())

    def commits(self, old: str, new: str, most: int) -> tuple[str, ...]:
        """The commits that a revision has and an old one lacks, the oldest first."""
        told = self._text("rev-list", "--reverse", f"--max-count={most + 1}", new, f"^{old}", "--")
        return tuple(told.split())

    def parent(self, commit: str) -> str:
        """The first parent of a commit; the first commit has the empty tree."""
        found = self._text("rev-list", "--parents", "--max-count=1", commit, "--").split()
        return found[1] if len(found) > 1 else EMPTY

    def holds(self, commit: str) -> bool:
        """Whether a commit is here."""
        try:
            return self.commit(commit) == commit
        except UsageError:
            return False

    def path(self, old: str, new: str) -> tuple[str, ...]:
        """The states that a branch went through since an old one, the newest first: its first parents."""
        return tuple(self._text("rev-list", "--first-parent", new, f"^{old}", "--").split())

    def are_signed(self, commits: Collection[str], signers: Path) -> bool:
        """Whether a key of an SSH list of signers stands behind each commit and was valid at its date."""
        try:
            self._run(*_judged_by(signers), "verify-commit", *commits)
        except MachineError:
            return False
        return True

    def authorship(self, commit: str, signers: Path) -> tuple[str, bool]:
        """Who wrote a commit, and whether it bears a signature at all."""
        call = ("log", "--max-count=1", "--no-show-signature", "--format=%an <%ae>%x00%G?", commit, "--")
        author, mark = self._text(*_judged_by(signers), *call).rstrip("\n").split("\0")
        return author, mark != "N"

    def tree(self, commit: str, folder: str = "") -> tuple[TreeEntry, ...]:
        """Every file below a folder of a commit, by its path from the top."""
        below = [f"{folder}/"] if folder else []
        listed = self._run("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *below)
        return tuple(map(_entry, _records(listed)))

    def differences(self, old: str, new: str) -> tuple[Difference, ...]:
        """Every file that differs between two commits, renames as removed and added."""
        return _pairs(self._run("diff-tree", "-r", *_RAW, old, new, "--"))

    def staged(self) -> tuple[Difference, ...]:
        """Every file in which the index differs from the newest commit: what is about to be committed."""
        try:
            base = self.commit("HEAD")
        except UsageError:
            base = EMPTY
        return _pairs(self._run("diff-index", "--cached", *_RAW, base, "--"))

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """The sizes in bytes of those objects that are files of this repository."""
        wanted = "".join(f"{one}\n" for one in sorted(set(ids))).encode()
        if not wanted:
            return {}
        rows = (row.split() for row in self._run("cat-file", "--batch-check", given=wanted).splitlines())
        return {row[0].decode(): int(row[2]) for row in rows if len(row) == 3 and row[1] == b"blob"}

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of objects as they are stored, by their ids."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        said = self._run("cat-file", "--batch", given="".join(f"{one}\n" for one in wanted).encode())
        return dict(_contents(wanted, said))

    def _text(self, *words: str) -> str:
        return self._run(*words).decode("utf-8", "backslashreplace")

    def _run(self, *words: str, given: bytes = b"", failed_from: int = 1) -> bytes:
        settings = [word for key, value in _HARDENED.items() for word in ("-c", f"{key}={value}")]
        call = ["git", "--no-pager", "-C", str(self.folder), *settings, *words]
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment = kept | _ENVIRONMENT | self._environment
        try:
            done = subprocess.run(call, input=given, env=environment, capture_output=True, check=False)
        except OSError as error:
            raise MachineError(f"git cannot be run: {error}") from error
        if not 0 <= done.returncode < failed_from:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise MachineError(f"git {words[0]} in {self.folder}: {said[-1] if said else 'failed'}")
        return done.stdout


def _judged_by(signers: Path) -> list[str]:
    """Settings that leave the judgement to ssh-keygen and this list, whatever the repository says."""
    own = {
        "gpg.ssh.allowedSignersFile": str(signers),
        "gpg.ssh.program": "ssh-keygen",
        "gpg.ssh.revocationFile": "",
        "gpg.program": "false",
        "gpg.openpgp.program": "false",
        "gpg.x509.program": "false",
    }
    return [word for key, value in own.items() for word in ("-c", f"{key}={value}")]


def _records(listed: bytes) -> list[str]:
    return [record.decode("utf-8", "backslashreplace") for record in listed.split(b"\0") if record]


def _entry(record: str) -> TreeEntry:
    head, _, path = record.partition("\t")
    mode, _kind, name, size = head.split()
    return TreeEntry(path, mode, name, int(size) if size.isdigit() else -1)


def _pairs(told: bytes) -> tuple[Difference, ...]:
    words = told.split(b"\0")
    return tuple(_difference(*pair) for pair in zip(words[:-1:2], words[1::2], strict=True))


def _difference(head: bytes, path: bytes) -> Difference:
    old_mode, new_mode, old_id, new_id, _status = head.decode("ascii").removeprefix(":").split()
    return Difference(path.decode("utf-8", "backslashreplace"), old_mode, new_mode, old_id, new_id)


def _contents(wanted: list[str], said: bytes) -> Iterator[tuple[str, bytes]]:
    position = 0
    for name in wanted:
        end = said.index(b"\n", position)
        words = said[position:end].split()
        if len(words) != 3:
            raise MachineError(f"git has no object {name}: the repository lacks a part of its history")
        start, size = end + 1, int(words[2])
        yield name, said[start : start + size]
        position = start + size + 1
