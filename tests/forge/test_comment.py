"""One comment per request on each forge, over real HTTP to a double of its API."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.cli.main import run
from orchestrator.errors import MachineError, UsageError
from orchestrator.forge import comment
from orchestrator.forge.comment import BUTTONS, Message, Said
from orchestrator.forge.forgejo import Forgejo
from orchestrator.forge.github import GitHub
from orchestrator.forge.gitlab import GitLab
from orchestrator.forge.http import Api, Token
from orchestrator.forge.port import Forge
from orchestrator.forge.text import fenced, fitting, mark, sections, size
from orchestrator.model.suggestion import Suggestion
from orchestrator.report.printable import printable
from tests.forge.double import HEADERS, LIMITS, TOKEN, US, State
from tests.forge.double import forge as double

KINDS = ("github", "gitlab", "forgejo")
MARK = mark("lab")
LINE = Suggestion("inventories/lab/hosts/workstations.yml", 5, "    pc: {old: 1}", "    pc: {new: 1}")


@pytest.fixture(params=KINDS)
def state(request: pytest.FixtureRequest) -> Iterator[State]:
    """A forge of each kind."""
    with double(request.param) as running:
        yield running


def reached(state: State, token: str = TOKEN) -> Forge:
    """Our side of a double, without patience."""
    header, value = HEADERS[state.kind]
    signed = Token(header, value.removesuffix(TOKEN), token)
    path = {"github": "", "gitlab": "/api/v4", "forgejo": "/api/v1"}[state.kind]
    api = Api(state.address + path, signed, longest_wait=0)
    if state.kind == "github":
        return GitHub(api, "hall/network", 7, "c0ffee")
    return (GitLab if state.kind == "gitlab" else Forgejo)(api, "hall/network", 7)


def told(state: State, markdown: str = "# Plan\n", *suggestions: Suggestion, token: str = TOKEN) -> Said:
    """Tell the request."""
    waits: list[float] = []
    return comment(reached(state, token), Message("lab", markdown, suggestions), None, waits.append)


def bodies(state: State) -> list[str]:
    """What stands below the request."""
    return [one["body"] for one in state.comments]


def test_a_request_gets_one_comment_that_is_updated_in_place(state: State) -> None:
    """Sabotage: post without looking."""
    assert told(state).what == "posted"
    assert told(state, "# Another plan\n").what == "updated"
    assert told(state, "# Another plan\n").what == "unchanged"
    assert bodies(state) == [f"{MARK}\n# Another plan\n"]


def test_the_comment_is_found_behind_many_others(state: State) -> None:
    """Sabotage: read the first page only."""
    for number in range(5):
        state.add(f"talk {number}", "somebody")
    state.add(f"{MARK}\nold")
    state.add("more talk", "somebody")
    assert told(state).what == "updated"
    assert [body for body in bodies(state) if MARK in body] == [f"{MARK}\n# Plan\n"]


def test_a_comment_of_somebody_else_with_our_mark_is_left_alone(state: State) -> None:
    """Sabotage: do not compare the author."""
    state.add(f"{MARK}\nforged", "mallory")
    state.add(f"see {MARK}", US)
    assert told(state).what == "posted"
    assert bodies(state)[:2] == [f"{MARK}\nforged", f"see {MARK}"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("carried_out", [False, True])
def test_a_post_in_doubt_is_looked_for_and_never_stands_there_twice(
    state: State, status: int, carried_out: bool
) -> None:
    """Sabotage: post again without looking."""
    state.moods.append(("POST", status, {"Retry-After": "3600"}, carried_out))
    assert told(state).what == ("unchanged" if carried_out else "posted")
    assert bodies(state) == [f"{MARK}\n# Plan\n"]


def test_a_forge_that_is_busy_is_asked_again_but_not_for_ever(state: State) -> None:
    """Sabotage: give up at the first 503, or never."""
    state.moods += [("GET", 503, {"Retry-After": "3600"}, False)] * 3
    assert told(state).what == "posted"
    state.moods += [("GET", 503, {}, False)] * 50
    with pytest.raises(MachineError, match="503"):
        told(state)
    assert len(state.moods) > 40


def test_a_wrong_token_is_told_without_the_token(state: State, caplog: pytest.LogCaptureFixture) -> None:
    """Sabotage: put the headers into the message, or print the forge's answer as it is."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(MachineError) as refused:
        told(state, token="wr0ng-token")
    assert "401" in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert "wr0ng-token" not in f"{refused.value!r}{refused.value.__cause__!r}{caplog.text}"
    assert bodies(state) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_another_host_is_refused(state: State, method: str) -> None:
    """Sabotage: let the library follow redirects."""
    with double("github") as thief:
        state.moods.append((method, 307, {"Location": f"{thief.address}/user"}, False))
        with pytest.raises(MachineError, match="refused"):
            told(state)
        assert thief.calls == []


def test_a_next_page_on_another_host_is_refused() -> None:
    """Sabotage: follow the link wherever it leads."""
    with double("github") as state, double("github") as thief:
        link = {"Link": f'<{thief.address}/more>; rel="next"'}
        state.moods.append(("GET", 200, link, False))
        listed = Api(state.address, Token("Authorization", "Bearer ", TOKEN), 0).listed("user")
        with pytest.raises(MachineError, match="refused"):
            list(listed)
        assert thief.calls == []


def test_a_token_goes_over_https_only() -> None:
    """Sabotage: take any address."""
    with pytest.raises(UsageError, match="https"):
        Api("http://forge.example.org", Token("Authorization", "", TOKEN))


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_too_long_is_cut_at_sections_and_says_what_is_missing(kind: str) -> None:
    """Sabotage: cut at the limit's last character."""
    large = "## Changes\n\n```\n# no heading\n" + "ж" * LIMITS[kind] + "\n```\n"
    with double(kind) as state:
        said = f"# Plan\n\nfine\n\n{large}## Undo\n\nrevert\n"
        comment(reached(state), Message("lab", said, (), "https://forge/job/1"), None, lambda _: None)
        (body,) = bodies(state)
    assert size(body) <= LIMITS[kind]
    assert body.startswith(f"{MARK}\n# Plan\n\nfine\n\n## Undo\n\nrevert\n")
    assert "left out: Changes. The whole: https://forge/job/1" in body


@given(
    st.lists(st.sampled_from(["# a\n", "## b\n", "text\n", "```\n", "````\n", "~~~\n", "# c\n" * 9, "🖥\n"])),
    st.integers(min_value=400, max_value=500),
)
def test_sections_are_the_text_and_a_cut_text_always_fits(parts: list[str], room: int) -> None:
    """Sabotage: forget the notice when counting."""
    text = "".join(parts) * 30
    assert "".join(sections(text)) == text
    assert size(fitting(text, room, None)) <= max(room, 0)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_suggestion_is_a_button_at_its_line_and_stands_there_once(kind: str) -> None:
    """Sabotage: post the suggestion at each run."""
    with double(kind) as state:
        told(state, "# Plan\n", LINE)
        told(state, "# Plan\n", LINE)
        told(state, "# Plan\n", Suggestion(LINE.file, LINE.line, LINE.old, "    pc: {newer: 1}"))
        entries = [one for one in (*state.comments, *state.remarks) if "place" in one]
    (entry,) = entries
    fence = "```suggestion" if kind == "github" else "```suggestion:-0+0"
    assert entry["body"].endswith(f"{fence}\n    pc: {{newer: 1}}\n```")
    place = entry["place"].get("position", entry["place"])
    assert (place.get("path") or place["new_path"], place.get("line") or place["new_line"]) == (
        LINE.file,
        LINE.line,
    )


def test_a_line_that_takes_no_suggestion_is_shown_as_a_diff(state: State) -> None:
    """Sabotage: drop a suggestion that was declined."""
    state.outside_the_diff = True
    told(state, "# Plan\n", LINE)
    (body,) = bodies(state)
    assert f"```diff\n{LINE.file}:5\n-{LINE.old}\n+{LINE.new}\n```" in body


def test_lines_beyond_half_of_the_limit_are_counted_and_the_plan_keeps_its_place() -> None:
    """Sabotage: show every line whatever the forge takes."""
    lines = [Suggestion(LINE.file, number, "    pc: {a: 1}" + "🖥" * 99, "b") for number in range(1, 501)]
    with double("forgejo") as state:
        told(state, "# Plan\n" + "x\n" * 9000, *lines)
        (body,) = bodies(state)
    assert size(body) <= LIMITS["forgejo"]
    shown = body.count("```diff\n")
    assert 0 < shown < 500
    assert f"{500 - shown} lines more than there is room for: townhall check --fix writes them all." in body
    assert body.endswith("# Plan\n" + "x\n" * 9000)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_more_lines_than_people_press_are_no_flood_of_remarks(kind: str) -> None:
    """Sabotage: post a button for each line of a whole building."""
    lines = [Suggestion(LINE.file, number, LINE.old, LINE.new) for number in range(1, BUTTONS + 6)]
    with double(kind) as state:
        told(state, "# Plan\n", *lines)
        buttons = [one for one in (*state.comments, *state.remarks) if "place" in one]
        (body,) = [body for body in bodies(state) if body.startswith(MARK)]
    assert (len(buttons), body.count("```diff\n")) == (BUTTONS, 5)


def test_text_cannot_leave_its_fence() -> None:
    """Sabotage: always use three signs."""
    assert fenced("a ```` b", "diff") == "`````diff\na ```` b\n`````"


def words_for(tmp_path: Path, state: State, *more: str) -> list[str]:
    """A call of the command."""
    text = tmp_path / "plan.md"
    text.write_text("# Plan\n")
    call = ["comment", str(text), "--forge", state.kind, "--repository", "hall/network", "--request", "7"]
    path = {"github": "", "gitlab": "/api/v4", "forgejo": "/api/v1"}[state.kind]
    return [*call, "--town", "lab", "--api", state.address + path, *more]


def test_the_token_comes_from_a_variable_a_file_or_an_open_file(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: take the token as an option."""
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    monkeypatch.setenv("FORGE_TOKEN", TOKEN)
    assert run(words_for(tmp_path, state, "--token-env", "FORGE_TOKEN")) == 0
    assert run(words_for(tmp_path, state, "--token-file", str(file))) == 0
    handle = os.open(file, os.O_RDONLY)
    assert run([*words_for(tmp_path, state), "--token-fd", str(handle), "--json"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("posted https://forge/")
    assert json.loads(said[said.index("{") :])["what"] == "unchanged"
    assert TOKEN not in said


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--token-env", "NOT_THERE"],
        ["--token-env", "T", "--token-file", "x"],
        ["--token-env", "T", "--repository", "../x"],
        ["--token-env", "T", "--town", "a-->b"],
        ["--token-env", "T", "--suggestions", "SUGGESTED"],
        ["--token-env", "T", "--forge", "svn"],
    ],
)
def test_what_cannot_be_posted_is_wrong_use_and_nothing_is_sent(
    more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: take an artifact's words as they are."""
    monkeypatch.setenv("T", TOKEN)
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"suggestions": [{"file": "../x", "line": 1, "old": "a", "new": "b"}]}))
    with double("github") as state:
        words = words_for(tmp_path, state, *(str(bad) if word == "SUGGESTED" else word for word in more))
        assert run(words) == 64
        assert state.calls == []
    assert TOKEN not in capsys.readouterr().err


def test_what_is_printed_obeys_no_terminal() -> None:
    """Sabotage: print the address as the forge says it."""
    assert printable("posted https://forge/\x1b[2J\r\u202e1") == "posted https://forge/[2J1"
