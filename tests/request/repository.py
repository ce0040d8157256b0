"""Bare repositories made of texts, with any mode and any name, and nothing ever checked out."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from orchestrator.desired import PROJECT
from orchestrator.git import Repository

TOWN = "inventories/stari_grad"
CARRIED = ("inventories", "roles", "playbooks", "orchestrator", "filter_plugins", "ansible.cfg")
Content = bytes | str | tuple[str, str] | None
"""A file's text, or its mode and text; None takes it away."""


@cache
def project_files() -> dict[str, Content]:
    """The project's files as they are here."""
    call = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *CARRIED]
    listed = subprocess.run(call, cwd=PROJECT, capture_output=True, check=True)
    found: dict[str, Content] = {}
    for path in listed.stdout.decode().split("\0")[:-1]:
        file = PROJECT / path
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            found[path] = ("100755", text) if file.stat().st_mode & 0o100 else text
    return found


class Bare:
    """A bare repository; `base` is its first commit."""

    def __init__(self, folder: Path, files: Mapping[str, Content] | None = None) -> None:
        self.folder = folder
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
        self.repository = Repository(folder)
        self.files = dict(project_files() if files is None else files)
        self._commit("main", None, self.files)

    def branch(self, name: str, changes: Mapping[str, Content], parent: str = "main") -> str:
        """Commit changes of the parent's files on a new branch, and return the branch's name."""
        self._commit(name, parent, changes)
        return name

    def edited(self, name: str, edits: Mapping[str, Mapping[str, str]], town: str = TOWN) -> str:
        """A branch with words of the town's files replaced, each of which is there once."""
        changed: dict[str, Content] = {}
        for file, pairs in edits.items():
            path = file if file in self.files else f"{town}/{file}"
            text = self.files[path]
            assert isinstance(text, str)
            for old, new in pairs.items():
                assert text.count(old) == 1, f"{path}: {old!r} is not there once"
                text = text.replace(old, new)
            changed[path] = text
        return self.branch(name, changed)

    def _commit(self, branch: str, parent: str | None, files: Mapping[str, Content]) -> None:
        parts = [
            f"commit refs/heads/{branch}\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n".encode()
        ]
        if parent:
            parts.append(f"from refs/heads/{parent}^0\n".encode())
        for path, content in files.items():
            quoted = '"' + "".join(f"\\{byte:03o}" for byte in path.encode()) + '"'
            if content is None:
                parts.append(f"D {quoted}\n".encode())
                continue
            mode, text = content if isinstance(content, tuple) else ("100644", content)
            raw = text.encode() if isinstance(text, str) else text
            parts.append(f"M {mode} inline {quoted}\ndata {len(raw)}\n".encode() + raw + b"\n")
        call = ["git", "-C", str(self.folder), "-c", "core.hooksPath=/dev/null", "fast-import", "--quiet"]
        subprocess.run(call, input=b"".join(parts), check=True)
