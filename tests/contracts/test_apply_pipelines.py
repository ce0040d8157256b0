"""What the forges run after a merge: the merged commit alone, each right where it is needed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.role_files import REPOSITORY
from tests.contracts.test_request_pipelines import events, scripts, unpinned, workflow

FILES = [REPOSITORY / folder / "workflows/apply.yml" for folder in (".github", ".forgejo")]
GITLAB = REPOSITORY / ".gitlab-ci.yml"
UNITS = REPOSITORY / "docs/how-to/without-a-forge"
CHECKOUT = re.compile(r'git checkout -q --force --detach "\$(COMMIT|CI_COMMIT_SHA)"$')
by_forge = pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])


@by_forge
def test_only_a_push_to_the_main_branch_applies_and_one_at_a_time(path: Path) -> None:
    """Sabotage: start it for requests, or leave the concurrency group out."""
    document = workflow(path)
    assert events(document) == {"push"}
    assert document[True]["push"] == {"branches": ["main"]}
    assert document["concurrency"]["group"] == "apply"
    assert not document["concurrency"].get("cancel-in-progress")


@by_forge
def test_the_merged_commit_is_checked_out_and_nothing_else_is_run(path: Path) -> None:
    """Sabotage: apply whatever the branch is now."""
    lines = [line.strip() for script in scripts(workflow(path)) for line in script.split("\n")]
    checkouts = [line for line in lines if "git checkout" in line]
    assert len(checkouts) == 2
    assert all(CHECKOUT.search(line) for line in checkouts)
    assert not any("${{" in line for line in lines)
    assert unpinned(workflow(path)) == []


@by_forge
def test_who_reaches_the_machines_may_not_write_to_the_forge_and_the_other_way_round(path: Path) -> None:
    """Sabotage: tell the request in the job that applies."""
    document = workflow(path)
    mighty = {
        name
        for name, job in document["jobs"].items()
        if "secrets." in str(job) or "write" in (job.get("permissions") or {}).values()
    }
    assert mighty == {"tell"}
    assert "townhall" in str(document["jobs"]["apply"]["runs-on"])
    assert "townhall" not in str(document["jobs"]["tell"]["runs-on"])
    assert set((document["permissions"] or {}).values()) <= {"read"}


def test_gitlab_applies_the_default_branch_on_the_departments_runner_one_at_a_time() -> None:
    """Sabotage: leave the resource group out, or let the job run for merge requests."""
    document = workflow(GITLAB)
    for job in ("apply", "tell"):
        (rule,) = document[job]["rules"]
        assert rule["if"] == '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
    assert document["apply"]["resource_group"] == "apply"
    assert document["apply"]["tags"] == ["townhall"]
    assert "tags" not in document["tell"]
    assert "TOKEN" not in str(document["apply"]["script"]).replace("env -u TOWNHALL_FORGE_TOKEN", "")
    assert any(CHECKOUT.search(line) for line in document[".merged"])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_takes_the_service_and_the_timer_as_they_are(tmp_path: Path) -> None:
    """Sabotage: misspell a setting."""
    program = tmp_path / "townhall-apply"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in ("townhall-apply.service", "townhall-apply.timer"):
        text = (UNITS / unit).read_text().replace("/usr/local/sbin/townhall-apply", str(program))
        (tmp_path / unit).write_text(text.replace("User=townhall", "User=root"))
    units = [str(tmp_path / unit) for unit in ("townhall-apply.service", "townhall-apply.timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    told = [line for line in (done.stdout + done.stderr).splitlines() if "townhall-apply" in line]
    assert told == []
    assert done.returncode == 0
