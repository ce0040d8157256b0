"""S-18: a secret in clear anywhere in a request's history, also one that a later commit took out again."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from orchestrator.against import Names, judge_request
from orchestrator.cli.main import run
from orchestrator.errors import Problem
from orchestrator.git import Repository
from orchestrator.load.clear_secrets import clear_secrets
from orchestrator.shown_secrets import as_data, shown_secrets, staged_secrets
from tests.contracts.role_files import REPOSITORY
from tests.forge.repository import LabRepository
from tests.golden import Golden

KEY = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"
TOKEN = "glpat-" + "a1B2" * 6
GITHUB, FINE_GRAINED = "ghp_" + "a1B2" * 9, "github_pat_" + "a1B2_" * 12
CLOUD = "AKIA" + "Z9Y8" * 4
SECRETS = {
    "roles/base/files/key": KEY,
    "docs/notes.md": f"use {TOKEN} for the runner\n",
    "docs/github.md": f"or {GITHUB}\n",
    "docs/newer.md": f"or {FINE_GRAINED}\n",
    "docs/cloud.md": f"the copies lie behind {CLOUD}\n",
    "inventories/lab/notes.yml": "admin_password: Tr0ub4dor\n",
    "settings.env": 'API_TOKEN="s3cr3t-word"\n',
    "playbooks/x.yml": "blob: " + "kZ8vQ2mXw7LpR4tYb6NcD9sHf3GjE5aK1uVxT0oiPq\n",
    "roles/base/vars/x.sops.yml": "word: plain\n",
}
HARMLESS = {
    "roles/base/tasks/x.yml": 'password: "{{ base_password }}"\ntoken: "$TOKEN"\nsecret_file: /etc/x\n',
    "inventories/lab/x.yml": "password: {ref: backup_access}\nminimum_password_length: 12\npassword:\n",
    "orchestrator/x.py": "token = read_token()\npassword = 'only code'\n",
    "requirements/x.txt": "x==1 --hash=sha256:" + "0f" * 32 + "\n",
    "a.yml": "key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8vQ2mXw7LpR4tYb6NcD9sHf3GjE5aK1uVxT0oiPq ana\n",
}


@pytest.fixture
def lab(tmp_path: Path) -> LabRepository:
    """The lab's repository; requests are branches of it."""
    return LabRepository(tmp_path / "lab")


def put(lab: LabRepository, files: dict[str, str], message: str) -> str:
    for path, text in files.items():
        (lab.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (lab.folder / path).write_text(text)
    return lab.commit(message)


def found(lab: LabRepository) -> list[Problem]:
    return list(shown_secrets(Repository(lab.folder), "main", "HEAD"))


@pytest.mark.parametrize("path", SECRETS)
def test_each_kind_of_secret_is_found_and_never_shown(lab: LabRepository, path: str) -> None:
    """Sabotage: leave one form out, of those by which a token is known too."""
    lab.git("switch", "-q", "-c", "request")
    put(lab, {path: SECRETS[path]}, "oops")
    (problem,) = found(lab)
    assert (problem.place, problem.code, problem.value) == (f"{path}:1", "TH-SECRET-CLEAR", "(not shown)")
    assert "make a new secret" in problem.remedy
    shown = (TOKEN, GITHUB, FINE_GRAINED, CLOUD, "Tr0ub4dor", "s3cr3t-word", "b3BlbnNzaC1", "kZ8vQ2mX")
    assert not any(word in str(problem) for word in shown)


def test_what_a_later_commit_took_out_is_found_all_the_same(lab: LabRepository) -> None:
    """Sabotage: look at the last commit only, or at the first."""
    lab.git("switch", "-q", "-c", "request")
    put(lab, {"docs/notes.md": "words\n"}, "harmless")
    put(lab, {"inventories/lab/notes.yml": "admin_password: Tr0ub4dor\n"}, "oops")
    lab.git("rm", "-q", "inventories/lab/notes.yml")
    lab.commit("nothing happened")
    assert [problem.code for problem in found(lab)] == ["TH-SECRET-CLEAR"]
    problems = judge_request(lab.inventory, Names("main", "request"), False, date(2026, 1, 1)).problems
    assert [problem.code for problem in problems] == ["TH-SECRET-CLEAR"]


def test_a_history_that_is_too_long_to_look_through_is_refused(
    lab: LabRepository, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: look at the newest commits and say nothing of the rest."""
    monkeypatch.setattr("orchestrator.shown_secrets.MOST", 2)
    lab.git("switch", "-q", "-c", "request")
    for number in range(3):
        put(lab, {"docs/notes.md": f"{number}\n"}, "more")
    (problem,) = found(lab)
    golden("refusals/a_history_that_is_too_long", problem)


def test_what_only_looks_like_a_secret_is_no_hindrance(lab: LabRepository) -> None:
    """Sabotage: take every password: for a literal."""
    lab.git("switch", "-q", "-c", "request")
    put(lab, HARMLESS, "words")
    assert found(lab) == []


def test_what_stood_there_before_the_request_is_not_its_fault(lab: LabRepository) -> None:
    """Sabotage: scan whole files."""
    put(lab, {"settings.env": 'API_TOKEN="s3cr3t-word"\n'}, "old sin")
    lab.git("switch", "-q", "-c", "request")
    put(lab, {"settings.env": 'API_TOKEN="s3cr3t-word"\nMORE=1\n'}, "more")
    assert found(lab) == []


@pytest.fixture
def about_to_commit(lab: LabRepository, monkeypatch: pytest.MonkeyPatch) -> LabRepository:
    """A secret is staged, and taken out of the work tree again."""
    put(lab, {"docs/notes.md": "words\n"}, "harmless")
    (lab.folder / "docs/notes.md").write_text(f"words\nuse {TOKEN} for the runner\n")
    lab.git("add", "docs/notes.md")
    (lab.folder / "docs/notes.md").write_text("words\n")
    monkeypatch.chdir(lab.folder)
    return lab


def test_a_secret_that_is_about_to_be_committed_is_found_in_the_index(
    about_to_commit: LabRepository, golden: Golden
) -> None:
    """Sabotage: read the work tree, or whole files."""
    (problem,) = staged_secrets(Repository(about_to_commit.folder))
    golden("refusals/a_staged_secret", problem)


def test_the_hook_stops_the_commit(
    about_to_commit: LabRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: look into the history alone, or leave the hook out of .pre-commit-config.yaml."""
    assert run(["check", "--staged"]) == 1
    assert TOKEN not in "".join(capsys.readouterr())
    about_to_commit.git("restore", "--staged", "docs/notes.md")
    assert run(["check", "--staged"]) == 0
    assert "townhall check --staged" in (REPOSITORY / ".pre-commit-config.yaml").read_text()


def test_a_commit_of_named_files_is_looked_at_in_its_own_index(
    about_to_commit: LabRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit FILE` makes an index of its own. Sabotage: look at the usual one always."""
    own = about_to_commit.folder / ".git/own-index"
    own.write_bytes((about_to_commit.folder / ".git/index").read_bytes())
    about_to_commit.git("restore", "--staged", "docs/notes.md")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/own-index")
    assert run(["check", "--staged"]) == 1


def test_the_first_commit_of_all_is_looked_at(tmp_path: Path) -> None:
    """Sabotage: compare with HEAD always."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "key").write_text(KEY)
    subprocess.run(["git", "-C", str(tmp_path), "add", "key"], check=True)
    assert [problem.place for problem in staged_secrets(Repository(tmp_path))] == ["key:1"]


def test_this_repository_itself_shows_no_secret() -> None:
    """Sabotage: write a password into a vars file of a role."""
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    shown = []
    for name in listed.stdout.splitlines():
        path = REPOSITORY / name
        if path.is_file() and not name.startswith("tests/"):
            text = path.read_text(encoding="utf-8", errors="replace")
            shown += [f"{name}:{line} {kind}" for line, kind in clear_secrets(as_data(name), text)]
    assert shown == []
