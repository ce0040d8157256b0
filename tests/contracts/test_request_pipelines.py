"""What the forges run for a request: rights to read, no secrets, and nothing of the request is executed."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contracts.role_files import REPOSITORY
from tests.forge.repository import LabRepository

FILES = sorted(
    path
    for folder in (".github", ".forgejo")
    for path in (REPOSITORY / folder).glob("workflows/*.yml")
    if path.name != "apply.yml"
)
REQUESTS = [path for path in FILES if path.name == "request.yml"]
GITLAB = REPOSITORY / ".gitlab-ci.yml"
CHECKOUT = re.compile(
    r'git checkout -q (--force )?--detach "refs/remotes/origin/\$(BASE|CI_DEFAULT_BRANCH)"$'
)
FETCHES_REQUEST = re.compile(r"refs/(pull|merge-requests)/")
RUNS_CODE = re.compile(
    r"git (?:switch|worktree|merge|pull|submodule|clone|restore|cherry-pick|am|apply|rebase)\b"
)


def workflow(path: Path) -> dict[Any, Any]:
    """A file of one of the forges."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def events(document: Mapping[Any, Any]) -> set[str]:
    """What starts a workflow; YAML reads the word `on` as true."""
    return set(document[True])


def scripts(document: Mapping[Any, Any]) -> Iterator[str]:
    """Every script of a workflow."""
    for job in document["jobs"].values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def gitlab_scripts() -> Iterator[str]:
    """Every line of GitLab's jobs."""
    for name in ("plan", "comment"):
        for line in workflow(GITLAB)[name]["script"]:
            yield from line if isinstance(line, list) else [line]


def unpinned(document: Mapping[Any, Any]) -> list[str]:
    """Actions of others that are not named by a whole commit."""
    used = [step["uses"] for job in document["jobs"].values() for step in job["steps"] if "uses" in step]
    return [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]


def strangers(script: str) -> list[str]:
    """Lines that put anything but the base's code into the work tree, or let a request choose their words."""
    lines = [line.strip().removeprefix("- ") for line in script.split("\n")]
    return [
        line
        for line in lines
        if ("git checkout" in line and not CHECKOUT.search(line)) or RUNS_CODE.search(line) or "${{" in line
    ]


def test_each_forge_has_its_pipeline() -> None:
    """Sabotage: delete one of the files."""
    assert len(REQUESTS) == 2
    assert len(FILES) == 4
    assert GITLAB.is_file()


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.parts[-3])
def test_a_request_runs_with_rights_to_read_and_no_secrets(path: Path) -> None:
    """Sabotage: give a job `pull-requests: write`, or name a secret."""
    document = workflow(path)
    assert events(document) == {"pull_request"}
    assert document["permissions"] == {"contents": "read"}
    assert all("permissions" not in job and "environment" not in job for job in document["jobs"].values())
    assert "secrets" not in path.read_text().replace("no secrets", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_action_of_others_is_used_unless_its_commit_is_named(path: Path) -> None:
    """Sabotage: use an action by its tag."""
    assert unpinned(workflow(path)) == []
    assert unpinned({"jobs": {"a": {"steps": [{"uses": "actions/checkout@v4"}]}}}) == ["actions/checkout@v4"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_only_the_bases_code_is_checked_out_and_no_word_of_a_request_is_a_command(path: Path) -> None:
    """Sabotage: check out refs/request/head, or write github.head_ref into a script."""
    assert [line for script in scripts(workflow(path)) for line in strangers(script)] == []
    assert strangers('git checkout -q --detach "refs/request/head"')
    assert strangers("echo ${{ github.head_ref }}")


def test_gitlab_checks_out_the_default_branch_only() -> None:
    """Sabotage: drop GIT_STRATEGY, so that the runner checks the request out."""
    assert workflow(GITLAB)["variables"]["GIT_STRATEGY"] == "none"
    assert [line for script in gitlab_scripts() for line in strangers(script)] == []
    assert any(CHECKOUT.search(line.split("\n")[0]) for line in gitlab_scripts())


def test_gitlab_comments_from_the_protected_default_branch_only() -> None:
    """Sabotage: let the job run for merge requests."""
    document = workflow(GITLAB)
    assert [rule["if"] for rule in document["comment"]["rules"]] == [
        '$CI_PIPELINE_SOURCE == "trigger" && $CI_COMMIT_REF_PROTECTED == "true"'
    ]
    assert not FETCHES_REQUEST.search(str(document["comment"]))
    assert "environment" not in document["plan"]
    assert not any(
        "TOKEN" in line.replace("env -u TOWNHALL_FORGE_TOKEN", "") for line in document["plan"]["script"][1:]
    )


@pytest.mark.parametrize("folder", [".github", ".forgejo"])
def test_a_job_that_may_write_never_fetches_the_request(folder: str) -> None:
    """Sabotage: plan in the job that has the token."""
    document = workflow(REPOSITORY / folder / "workflows/comment.yml")
    assert events(document) <= {"workflow_run", "pull_request_target"}
    assert not (folder == ".github" and "pull_request_target" in events(document))
    mighty = {
        name
        for name, job in document["jobs"].items()
        if "secrets." in str(job) or "write" in (job.get("permissions") or {}).values()
    }
    assert mighty == {"comment"}
    assert not FETCHES_REQUEST.search(str(document["jobs"]["comment"]))
    assert set(document["permissions"].values()) <= {"read"}


@pytest.fixture
def forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabRepository:
    """A repository with a town `hall`, this project's scripts, and a plan of one line."""
    lab = LabRepository(tmp_path / "lab")
    lab.inventory.rename(lab.inventory.with_name("hall"))
    lab.inventory = lab.inventory.with_name("hall")
    lab.commit("the town's name")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "townhall").write_text(
        '#!/bin/sh\n[ "$1" != plan ] || { echo "# The plan"; exit 2; }\n'
        'exec python -m orchestrator.cli.main "$@"\n'
    )
    (tools / "townhall").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.chdir(lab.folder)
    return lab


def request(lab: LabRepository, head: str) -> tuple[int, str]:
    """What .ci/request says."""
    call = [str(REPOSITORY / ".ci/request"), "main", head, str(lab.folder.parent / "told")]
    done = subprocess.run(call, cwd=lab.folder, capture_output=True, text=True, check=False)
    return done.returncode, (lab.folder.parent / "told/hall.md").read_text()


PC = (
    '    lab-pc-0003: {mac: "52:54:00:12:00:03", address: 198.18.10.52, socket: "A-103-2", '
    "department: finance, platform: debian13}\n"
)


def test_a_right_request_is_planned_and_a_wrong_one_says_why(forked: LabRepository) -> None:
    """Sabotage: end with 0 whatever the check says."""
    right = forked.branch("right", {"append": {"hosts/workstations.yml": PC}})
    assert request(forked, right) == (0, "# The plan\n")
    wrong = forked.branch("wrong", {"append": {"hosts/workstations.yml": PC.replace("A-103-2", "A-103-9")}})
    status, said = request(forked, wrong)
    assert status == 1
    assert said.startswith(
        "# hall: this request cannot be merged yet\n\n    hosts/workstations.yml:5: A-103-9"
    )


def test_branches_that_others_pushed_count_as_open_requests(forked: LabRepository) -> None:
    """Sabotage: give no --other."""
    other = PC.replace("00:03", "00:04").replace("pc-0003", "pc-0004").replace("A-103-2", "A-103-1")
    forked.branch("theirs", {"append": {"hosts/workstations.yml": other}})
    forked.git("update-ref", "refs/remotes/origin/theirs", "theirs")
    status, said = request(forked, forked.branch("ours", {"append": {"hosts/workstations.yml": PC}}))
    assert status == 1
    assert "by lab-pc-0004 in origin/theirs (hosts/workstations.yml:5)" in said


def test_what_one_job_packs_another_unpacks_and_nothing_else(
    forked: LabRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: unpack every file of the archive."""
    packed = forked.folder / "packed"
    packed.mkdir()
    for name, text in {"hall.md": "# Plan\n", "evil.sh": "touch canary\n"}.items():
        (packed / name).write_text(text)
    (packed / "hall.json").symlink_to("/etc/passwd")
    told = subprocess.run(
        [REPOSITORY / ".ci/pack", packed], capture_output=True, text=True, check=True
    ).stdout
    monkeypatch.setenv("TOLD", told)
    subprocess.run([REPOSITORY / ".ci/unpack", "out"], cwd=forked.folder, check=True)
    found = {path.name: path.read_text() for path in (forked.folder / "out").iterdir()}
    assert found.pop("hall.json", "") == ""
    assert found == {"hall.md": "# Plan\n"}
