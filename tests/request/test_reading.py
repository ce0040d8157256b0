"""An inventory in a commit is read and judged as one in a folder is, and names are never options."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import Problem, UsageError
from orchestrator.load.files import read_files
from orchestrator.load.problems import Problems
from orchestrator.load.revision import read_revision
from tests.request.repository import Bare, Content

PLAIN: dict[str, Content] = {"i/hosts/a.yml": "a: 1\n", "i/group_vars/all/x.yml": "b: 1\n", "README": "x\n"}
HOSTILE: dict[str, Content] = {
    "i/hosts/evil.yml": ("100755", "#!/bin/sh\n"),
    "i/hosts/Caps.yml": "x: 1\n",
    "i/hosts/link.yml": ("120000", "/etc/passwd"),
    "i/group_vars/servers": ("120000", "/etc"),
    "i/host_vars/pc.yml": "x: 1\n",
    "i/vars_plugins/evil.py": ("100755", "x\n"),
    "i/ansible.cfg": "[defaults]\n",
    "i/group_vars/all/encoding.yml": b"a: 1\nb: \xff\n",
    "i/hosts/two\nlines.yml": "x: 1\n",
}


def on_disk(folder: Path, files: dict[str, Content]) -> tuple[dict[str, str], list[Problem]]:
    """What the folder's reader says of the same files."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        mode, text = content if isinstance(content, tuple) else ("100644", content)
        if mode == "120000":
            target.symlink_to(text)
        else:
            target.write_bytes(text.encode() if isinstance(text, str) else text or b"")
            target.chmod(int(mode[-3:], 8))
    problems = Problems()
    return read_files(folder / "i", problems), sorted(set(problems.found))


def in_commit(bare: Bare, branch: str) -> tuple[dict[str, str], list[Problem]]:
    """What the commit's reader says."""
    problems = Problems()
    repository = bare.repository
    return read_revision(repository, repository.commit(branch), "i", problems), sorted(set(problems.found))


def test_a_commit_is_judged_as_a_folder_with_the_same_files_is(tmp_path: Path) -> None:
    """Sabotage: leave out the look at the mode, or follow links, in either reader."""
    bare = Bare(tmp_path / "bare", PLAIN | HOSTILE)
    found = in_commit(bare, "main")
    assert found == on_disk(tmp_path, PLAIN | HOSTILE)
    assert set(found[0]) == {"hosts/a.yml", "group_vars/all/x.yml"}
    assert {problem.code for problem in found[1]} == {
        "TH-FILE-EXECUTABLE",
        "TH-FILE-UNEXPECTED",
        "TH-FILE-LINK",
        "TH-TEXT-ENCODING",
    }
    assert not any("\n" in problem.place for problem in found[1])


def test_a_repository_inside_the_repository_is_refused(tmp_path: Path) -> None:
    """Sabotage: take every mode that is not a link for a file."""
    bare = Bare(tmp_path / "bare", PLAIN)
    commit = bare.repository.commit("main")
    bare.branch("sub", {"i/hosts/sub.yml": "x"})
    text = f"commit refs/heads/sub\ncommitter A <a@b> 1 +0000\ndata 0\nM 160000 {commit} i/hosts/sub.yml\n"
    call = ["git", "-C", str(bare.folder), "fast-import", "--quiet", "--force"]
    subprocess.run(call, input=text.encode(), check=True)
    assert [problem.code for problem in in_commit(bare, "sub")[1]] == ["TH-FILE-UNEXPECTED"]


@pytest.mark.parametrize(
    "name", ["-h", "--output=/tmp/x", "", "a b", "main..x", "$(touch x)", "x\n", ":/fix", "@{-1}", "^main"]
)
def test_a_name_that_is_no_revision_is_wrong_use(tmp_path: Path, name: str) -> None:
    """Sabotage: hand the name to git without looking at it."""
    with pytest.raises(UsageError):
        Bare(tmp_path / "bare", PLAIN).repository.commit(name)


def test_settings_of_the_caller_lead_git_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: hand the whole environment on."""
    bare = Bare(tmp_path / "bare", PLAIN)
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {tmp_path}/canary")
    assert in_commit(bare, "main")[0]
    assert not (tmp_path / "canary").exists()
