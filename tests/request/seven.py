"""Seven typical requests of Stari Grad, and the page that shows what their reviewers read.

`python -m tests.request.seven` writes docs/how-to/read-a-plan.md anew; with --check it only says whether the
page is stale (exit 1).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path

import yaml

from orchestrator.desired import PROJECT
from orchestrator.model.request import RequestPlan, Revisions
from orchestrator.report.request_markdown import MARK, request_markdown
from orchestrator.report.safe_markdown import fenced
from tests.request.planning import planned
from tests.request.repository import TOWN, Bare

PAGE = PROJECT / "docs/how-to/read-a-plan.md"
INTRODUCTION = PROJECT / "tests/request/read-a-plan.begin.md"
COMMITS = Revisions("1111111111111111", "2222222222222222")
Edits = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Request:
    """One request: its title, what to look at, and its edits of the town, or the files that it writes."""

    name: str
    title: str
    words: str
    replace: Edits = field(default_factory=dict)
    write: Mapping[str, str] = field(default_factory=dict)


SEVEN = tuple(
    Request(**said) for said in yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
)


def plan_of(bare: Bare, one: Request) -> RequestPlan:
    """The plan of a request."""
    branch = bare.edited(one.name, one.replace)
    return planned(bare, bare.branch(f"{one.name}-files", one.write, branch) if one.write else branch)


def page(bare: Bare) -> str:
    """The whole page; commits stand as fixed words, all else is what the command prints."""
    sections = (_section(bare, number, one) for number, one in enumerate(SEVEN, 1))
    return "\n".join([INTRODUCTION.read_text(encoding="utf-8"), *sections]).rstrip("\n") + "\n"


def _section(bare: Bare, number: int, one: Request) -> str:
    told = request_markdown(replace(plan_of(bare, one), revisions=COMMITS)).removeprefix(f"{MARK}\n")
    body = told.replace("\n### ", "\n#### ").replace("## Plan of", "### Plan of", 1)
    edited = fenced(_changed(bare, one)).replace("```", "```diff", 1)
    return f"## {number}. {one.title}\n\n{one.words}\n\n{edited}\n\n{body}"


def _changed(bare: Bare, one: Request) -> Iterator[str]:
    """The lines of the request, as a difference."""
    for path, pairs in one.replace.items():
        before = after = str(bare.files[f"{TOWN}/{path}"])
        for old, new in pairs.items():
            after = after.replace(old, new)
        yield path
        rows = unified_diff(before.splitlines(), after.splitlines(), n=0)
        yield from (row for row in rows if row[:2] not in {"--", "++", "@@"})
    for path, text in one.write.items():
        yield path
        yield from (f"+{line}" for line in text.splitlines())


def main() -> int:
    """Write or check the page; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        text = page(Bare(Path(folder) / "bare"))
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv[1:]:
        return 1
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"written: {PAGE.relative_to(PROJECT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
