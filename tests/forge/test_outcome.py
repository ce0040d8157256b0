"""The request that was merged is found by its commit and told what became of it, beside its plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.forge.text import mark
from tests.forge.double import TOKEN, State
from tests.forge.double import forge as double

COMMIT = "c0ffee" * 6 + "c0ff"
PATHS = {"github": "", "gitlab": "/api/v4", "forgejo": "/api/v1"}


@pytest.fixture(params=PATHS)
def state(request: pytest.FixtureRequest) -> Iterator[State]:
    """A forge of each kind, where request 7 was merged as a commit."""
    with double(request.param) as running:
        running.merged = COMMIT
        yield running


@pytest.fixture
def tell(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Call `townhall comment` with a text."""
    monkeypatch.setenv("FORGE_TOKEN", TOKEN)

    def call(text: str, *words: str) -> int:
        file = tmp_path / "told.md"
        file.write_text(text)
        place = ["--forge", state.kind, "--repository", "hall/network", "--town", "lab"]
        reach = ["--api", state.address + PATHS[state.kind], "--token-env", "FORGE_TOKEN"]
        return run(["comment", str(file), *place, *reach, *words])

    return call


def test_the_merged_request_gets_the_outcome_beside_its_plan(state: State, tell: object) -> None:
    """Sabotage: take an open request that holds the commit, or write over the plan."""
    state.add(f"{mark('lab')}\n# Plan\n")
    assert tell("**Applied**\n", "--merged", COMMIT) == 0  # type: ignore[operator]
    assert tell("**Applied** again\n", "--merged", COMMIT) == 0  # type: ignore[operator]
    assert [one["body"] for one in state.comments] == [
        f"{mark('lab')}\n# Plan\n",
        f"{mark('lab', 'outcome')}\n**Applied** again\n",
    ]


def test_a_commit_that_no_request_brought_tells_nobody(
    state: State, tell: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: take the first request that holds the commit."""
    assert tell("**Applied**\n", "--merged", "0" * 40) == 0  # type: ignore[operator]
    assert state.comments == []
    assert "nobody is told" in capsys.readouterr().err


def test_a_request_is_named_once_and_a_commit_as_a_whole(state: State, tell: object) -> None:
    """Sabotage: take both, or a part of a commit."""
    assert tell("x", "--merged", COMMIT, "--request", "7") == 64  # type: ignore[operator]
    assert tell("x") == 64  # type: ignore[operator]
    assert tell("x", "--merged", "c0ffee") == 64  # type: ignore[operator]
