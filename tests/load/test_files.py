"""What stands in an inventory's folder is read as text or refused; nothing of it ever runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from orchestrator.errors import Refused, UsageError
from orchestrator.git import TreeEntry
from orchestrator.load import load
from orchestrator.load.judge import LIMIT
from orchestrator.load.revision import right_revision
from tests.golden import Golden
from tests.load.towns import LAB, lab_files, problems_of


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A copy of the lab's inventory, of its tracked files alone: sizes are told."""
    secrets = shutil.ignore_patterns("secrets_tier*.yml")
    return Path(shutil.copytree(LAB, tmp_path / "lab", ignore=secrets))


def refusal(root: Path) -> Refused:
    """What a folder is refused for."""
    with pytest.raises(Refused) as refused:
        load(root)
    return refused.value


def codes(root: Path) -> list[tuple[str, str]]:
    """Place and code of every problem of a folder."""
    return [(problem.place, problem.code) for problem in refusal(root).problems]


def script(root: Path, name: str) -> None:
    """An executable inventory script that would leave a canary behind."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\ntouch {root.parent}/canary\necho '{{}}'\n")
    file.chmod(0o755)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "an executable hosts file": lambda root: script(root, "hosts/evil.yml"),
    "a script beside the files": lambda root: script(root, "evil.sh"),
    "a python file": lambda root: (
        (root / "group_vars/all/evil.py").write_text("open('canary', 'w')\n") and None
    ),
    "another inventory plugin": lambda root: (root / "cache.yml").write_text("plugin: ini\n") and None,
    "a configuration of Ansible": lambda root: (root / "ansible.cfg").write_text("[defaults]\n") and None,
    "host_vars": lambda root: script(root, "host_vars/lab-pc-0001.yml"),
    "a plugin folder": lambda root: script(root, "vars_plugins/evil.py"),
    "a link to a file outside": lambda root: (root / "hosts/more.yml").symlink_to("/etc/passwd"),
    "a link to a folder outside": lambda root: (root / "group_vars/servers").symlink_to("/etc"),
    "a pipe": lambda root: os.mkfifo(root / "hosts/pipe.yml"),
    "a hidden file": lambda root: (root / "hosts/.workstations.yml").write_text("x: 1\n") and None,
    "a name with capitals": lambda root: (root / "hosts/Workstations.yml").write_text("x: 1\n") and None,
    "a backup of an editor": lambda root: (root / "hosts/workstations.yml~").write_text("x: 1\n") and None,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_does_not_belong_is_refused_and_nothing_runs(town: Path, what: str) -> None:
    """Sabotage: let `expected` accept every name, or read without looking at the mode."""
    HOSTILE[what](town)
    found = codes(town)
    assert found
    assert all(code.startswith("TH-FILE-") for _, code in found)
    assert not (town.parent / "canary").exists()


def test_a_python_tag_in_any_file_runs_nothing(town: Path) -> None:
    """Sabotage: load with yaml.UnsafeLoader."""
    canary = town.parent / "canary"
    for file in sorted(town.rglob("*.yml")):
        file.write_text(f"key: !!python/object/apply:os.system ['touch {canary}']\n")
    assert any(code == "TH-YAML-TAG" for _, code in codes(town))
    assert not canary.exists()


def test_a_script_that_is_not_executable_is_refused_too(town: Path) -> None:
    """Sabotage: drop the look at `#!`."""
    (town / "hosts/evil.yml").write_text("#!/bin/sh\ntouch canary\n")
    assert ("hosts/evil.yml:1", "TH-FILE-SCRIPT") in codes(town)


def test_text_that_is_not_utf8_is_refused_at_its_line(town: Path, golden: Golden) -> None:
    """Sabotage: decode with errors="replace"."""
    file = town / "hosts/workstations.yml"
    file.write_bytes(file.read_bytes() + b"    \xff\xfe\n")
    golden("refusals/a_text_that_is_not_utf8", refusal(town))


def test_a_file_of_more_than_64_mib_is_refused_unread(town: Path, golden: Golden) -> None:
    """Sabotage: read it before its size is looked at."""
    with (town / "hosts/workstations.yml").open("r+b") as file:
        file.truncate(LIMIT + 1)
    golden("refusals/a_file_that_is_too_large", refusal(town))


def test_files_that_are_too_large_together_are_refused_unread(town: Path, golden: Golden) -> None:
    """Sabotage: look at each file alone."""
    for number in range(3):
        with (town / f"hosts/more{number}.yml").open("wb") as file:
            file.truncate(LIMIT - number)
    golden("refusals/files_that_are_too_large_together", refusal(town))


def test_files_of_a_commit_that_are_too_large_together_are_refused_unread() -> None:
    """Sabotage: read contents before their sizes are looked at."""

    class Large:
        def tree(self, commit: str, folder: str = "") -> list[TreeEntry]:
            return [TreeEntry(f"town/hosts/more{n}.yml", "100644", str(n), LIMIT) for n in range(3)]

        def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
            assert not list(ids), "contents were asked for"
            return {}

    with pytest.raises(Refused) as refused:
        right_revision(Large(), "HEAD", "town")
    assert [problem.code for problem in refused.value.problems] == ["TH-FILES-SIZE"]


def test_a_yaml_bomb_is_refused_at_once() -> None:
    """Sabotage: follow aliases."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n"
    found = problems_of(lab_files() | {"group_vars/servers/base.yml": bomb})
    assert [problem.code for problem in found] == ["TH-YAML-ALIAS"]


@pytest.mark.parametrize(
    "text",
    [
        "base_admins: " + "[" * 100_000,
        "{" * 100_000,
        "- " * 100_000,
        "base_admins: [" + "a," * 1_000_000 + "a]",
    ],
    ids=["brackets", "braces", "dashes", "a million items"],
)
def test_a_file_that_is_all_structure_is_refused_at_once(text: str) -> None:
    """Sabotage: drop the limits of depth and of values per byte."""
    codes = {problem.code for problem in problems_of(lab_files() | {"group_vars/servers/base.yml": text})}
    assert codes & {"TH-YAML-DEPTH", "TH-YAML-NODES", "TH-YAML-SYNTAX"}


def test_more_values_than_a_file_of_its_size_holds_are_refused_with_their_number(golden: Golden) -> None:
    """Sabotage: drop the limit of values per byte."""
    text = "base_admins: [" + "a," * 1_000_000 + "a]"
    golden(
        "refusals/a_million_values", Refused(problems_of(lab_files() | {"group_vars/servers/base.yml": text}))
    )


def test_a_private_key_in_any_file_is_refused_without_being_shown() -> None:
    """Sabotage: print the line in the message."""
    block = "-----BEGIN OPENSSH " + "PRIVATE KEY-----"
    text = (
        f"base_admins:\n  - name: ops\n    keys:\n      - |\n        {block}\n        b3BlbnNzaC1rZXktdjEA\n"
    )
    found = problems_of(lab_files() | {"group_vars/servers/base.yml": text})
    assert [(problem.place, problem.code) for problem in found] == [
        ("group_vars/servers/base.yml:5", "TH-SECRET-CLEAR")
    ]
    assert "b3Blb" not in str(found[0])


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """Sabotage: treat a missing folder as an empty town."""
    with pytest.raises(UsageError):
        load(tmp_path / "nowhere")


def test_a_value_is_shown_escaped_and_cut() -> None:
    """Sabotage: print values as they are."""
    evil = "\\e[31m" + "x" * 200
    files = lab_files()
    files["hosts/workstations.yml"] = files["hosts/workstations.yml"].replace("A-101-1", evil)
    (problem,) = problems_of(files)
    assert "\x1b" not in str(problem)
    assert len(problem.value) < 80
