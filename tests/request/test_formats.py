"""The plan of a request as text, Markdown and JSON, whatever names people chose."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orchestrator.cli.main import run
from orchestrator.desired import PROJECT
from orchestrator.model.apply_plan import ApplyPlan, Leaving, PendingUnit, Unproven
from orchestrator.model.request import (
    ARGUMENTS,
    HEAD,
    HIGH,
    Affected,
    Change,
    CodeEffect,
    FileChange,
    FilesChanged,
    FlowChange,
    FlowRow,
    Headline,
    Hit,
    Interruption,
    Line,
    Reason,
    RequestPlan,
    RequestWave,
    ReviewedRisk,
    Revisions,
    Risk,
    Step,
    Undo,
    Violation,
)
from orchestrator.model.source import Source
from orchestrator.report.plan_markdown import plan_markdown
from orchestrator.report.plan_text import plan_text
from orchestrator.report.request_json import request_json, request_schema
from orchestrator.report.request_markdown import MARK, request_markdown
from orchestrator.report.request_text import request_text
from orchestrator.report.request_words import folded, hosts
from orchestrator.report.safe_markdown import code, fenced, inline
from tests.request.repository import TOWN, Bare

EVIL = [
    "`", "``", "```", "~~~", "\n```\n", "<script>alert(1)</script>", "<!-- ", "-->", "<img src=x onerror=y>",
    "![x](http://evil.example/beacon)", "[x](javascript:y)", "http://evil.example", "www.evil.example",
    "@all", "#1", "GH-1", "!1", ":boom:", "&lt;", "&#60;", "\x1b[31m", "\x1b]8;;http://evil.example\x07",
    "\u202e", "\u2066", "\u200b", "\x00", "\r\n# heading", "\n\n- item", "| a | b |", "***", "__x__",
    "\\", "$x$", "a@evil.example", "=HYPERLINK(1)", "</details>", "{{ x }}", "[ ]", "1. x", "> x", "    code",
]  # fmt: skip
hostile = st.lists(st.sampled_from(EVIL) | st.text(max_size=6), min_size=1, max_size=5).map("".join)
several = settings(max_examples=150, deadline=None)
MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")
OWN = {MARK, "<sub>", "</sub>"}


def plan_of(word: str) -> RequestPlan:
    """A plan in which every text that anybody could have written is this one."""
    lines = (Line(HEAD, Source(word, 3)),)
    file = FileChange(word, 1, 2, lines[0], word)
    affected = (Affected(word, (word,), lines),)
    return RequestPlan(
        town=word,
        revisions=Revisions("a" * 40, "b" * 40, word, "c" * 64),
        summary=word,
        headlines=(Headline(word, word, lines),),
        risk=ReviewedRisk(HIGH, (Reason(HIGH, word, lines),), 2),
        hit=Hit(affected, affected, affected, (Interruption(word, (word,), word, lines),)),
        changes=(Change(ARGUMENTS, word, 1, (word,), (word, f"{word}[{word}]: {word}"), lines, (file,)),),
        files=FilesChanged({word: (file,)}, (file,), (file,)),
        waves=(RequestWave(1, word, (word,), (word,), 1, None, lines),),
        undo=Undo((Step(word, lines),), (Reason(HIGH, word, lines),)),
        flows=FlowChange((FlowRow(True, word, word, word, word, lines),)),
        violations=(Violation(word, word, word, lines),),
        effect=CodeEffect((Change(ARGUMENTS, word, 1, (word,), (word,), lines),)),
    )


def apply_plan_of(word: str) -> ApplyPlan:
    """The same before an apply."""
    same = plan_of(word)
    lines = same.waves[0].because
    return ApplyPlan(
        town=word,
        summary=word,
        risk=Risk(HIGH, same.risk.reasons),
        hit=same.hit,
        changes=same.changes,
        waves=same.waves,
        undo=same.undo,
        flows=same.flows,
        record=1,
        units=(PendingUnit(word, word, 1, 1, word, word, (word,), lines),),
        unverified=(Unproven(word, word, lines),),
        unwanted=(Leaving(word, lines),),
    )


def markdowns(word: str) -> tuple[str, ...]:
    """Every plan as Markdown."""
    failed = replace(plan_of(word), effect=CodeEffect((), word))
    return request_markdown(plan_of(word)), request_markdown(failed), plan_markdown(apply_plan_of(word))


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and content of everything that Markdown makes of a text."""
    found = []
    for token in MARKDOWN.parse(text):
        found += [(one.type, one.content.strip()) for one in (token, *(token.children or ()))]
    return found


@several
@given(hostile)
def test_no_name_becomes_a_link_an_image_or_html(word: str) -> None:
    """Sabotage: print a description as it is."""
    kinds = [token for text in markdowns(word) for token in tokens(text)]
    assert not {kind for kind, _ in kinds} & {"link_open", "image", "table_open", "hr", "blockquote_open"}
    assert {text for kind, text in kinds if kind in {"html_inline", "html_block"}} <= OWN


@pytest.mark.long
@several
@given(hostile)
def test_a_name_changes_nothing_of_the_documents_order(word: str) -> None:
    """Headings, items and blocks are as many as for a harmless name.

    Sabotage: let a line's end through, or fence words by three backticks always.
    """

    def shape(name: str) -> list[str]:
        counted = ("heading_open", "bullet_list_open", "ordered_list_open", "list_item_open", "fence")
        return [kind for text in markdowns(name) for kind, _ in tokens(text) if kind in counted]

    assert shape(word) == shape("harmless")


@several
@given(hostile)
def test_no_format_carries_what_a_terminal_obeys_or_what_turns_text_around(word: str) -> None:
    """Sabotage: strip colours only."""
    for text in (request_text(plan_of(word)), plan_text(apply_plan_of(word)), *markdowns(word)):
        bad = [one for one in text if unicodedata.category(one)[0] == "C" and one != "\n"]
        assert bad == []


@several
@given(hostile)
def test_words_outside_of_code_never_wake_a_forge(word: str) -> None:
    """Mentions, references, addresses and small pictures stay asleep. Sabotage: allow @ or :// in words."""
    shown = inline(word)
    if not shown.startswith("`"):
        assert not set("@#!<[]*`~|&\\$") & set(shown.replace("\\_", "").replace("&gt;", ""))
        assert "://" not in shown
        assert "www." not in shown.lower()


@several
@given(hostile)
def test_code_is_exactly_what_was_said(word: str) -> None:
    """Sabotage: use one backtick always."""
    (paragraph,) = [one for one in MARKDOWN.parse(f"x {code(word)}") if one.type == "inline"]
    assert [one.type for one in paragraph.children or ()] == ["text", "code_inline"]
    assert [one.type for one in MARKDOWN.parse(fenced([word, "```", word]))] == ["fence"]


@pytest.mark.long
@several
@given(hostile)
def test_every_document_fits_the_schema(word: str) -> None:
    """Sabotage: rename a part of the document only."""
    document = json.loads(json.dumps(request_json(plan_of(word))))
    jsonschema.Draft202012Validator(request_schema()).validate(document)


def test_the_schema_refuses_what_it_does_not_know() -> None:
    """Sabotage: allow more parts in the schema."""
    document = json.loads(json.dumps(request_json(plan_of("x"))))
    validator = jsonschema.Draft202012Validator(request_schema())
    for wrong in ({**document, "more": 1}, {**document, "schema": "townhall.request/1"}):
        assert not validator.is_valid(wrong)
    del document["risk"]["level"]
    assert not validator.is_valid(document)


def test_the_written_schema_is_that_of_the_model() -> None:
    """Sabotage: change the model without `make docs`."""
    written = json.loads((PROJECT / "docs/reference/request.schema.json").read_text(encoding="utf-8"))
    assert written == request_schema()


def test_a_row_of_hosts_is_told_by_its_ends() -> None:
    """Sabotage: join names that lack one between them."""
    assert hosts(["pc-01", "pc-02", "pc-03", "pc-05", "srv"]) == "pc-01..pc-03, pc-05, srv"
    assert hosts(["pc-9", "pc-10", "pc-11"]) == "pc-10, pc-11, pc-9"
    assert list(folded(["p[1].a: 1", "p[2].a: 1", "p[1].a: 2", "x"])) == ["p[1, 2].a: 1", "p[1].a: 2", "x"]


def test_an_empty_plan_is_two_lines() -> None:
    """Sabotage: print the headings of empty sections."""
    empty = replace(
        plan_of("x"), headlines=(), changes=(), files=FilesChanged(), summary="nothing would change"
    )
    assert request_text(empty).count("\n") == 1
    assert "###" not in request_markdown(empty)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    made = Bare(tmp_path_factory.mktemp("formats") / "bare")
    raised = {"backup_access: {tier: 1, version: 1}": "backup_access: {tier: 1, version: 2}"}
    made.edited("secret", {"group_vars/all/secret_names.yml": raised})
    made.branch("bad", {f"{TOWN}/x.py": "x"})
    return made


@pytest.fixture(autouse=True)
def kept_here(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "kept"))


def plan(bare: Bare, *words: str) -> int:
    return run(["plan", "-i", TOWN, "--base", "main", "--repository", str(bare.folder), *words])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--head", "secret"], 2),
        (["--head", "main"], 0),
        (["--head", "bad"], 1),
        (["--head", "nowhere"], 64),
        (["--head", "--upload-pack=x"], 64),
        (["--head", "secret", "--format", "html"], 64),
    ],
)
def test_the_exit_code_says_what_a_request_would_do(
    bare: Bare, words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: end with 0 always."""
    assert plan(bare, *words) == code
    capsys.readouterr()


def test_each_format_is_what_it_is_called(bare: Bare, capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: swap two formats."""
    assert plan(bare, "--head", "secret", "--json") == 2
    assert json.loads(capsys.readouterr().out)["schema"] == "townhall.request/3"
    assert plan(bare, "--head", "secret", "--format", "json") == 2
    assert len(json.loads(capsys.readouterr().out)["units"]) == 134
    assert plan(bare, "--head", "secret", "--format", "markdown") == 2
    assert capsys.readouterr().out.startswith(MARK)
    assert plan(bare, "--head", "bad", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["schema"] == "townhall.error/1"


@pytest.mark.parametrize("words", [["--head", "x"], ["--history"], ["--repository", "x"]])
def test_options_of_a_request_need_its_base(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: ignore --head without --base."""
    assert run(["plan", "-i", str(Path(PROJECT / TOWN)), *words]) == 64
    assert "--base" in capsys.readouterr().err
