"""Every row of a plan leads to a line that is there, whatever the plan is of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.main import run
from orchestrator.desired import PROJECT, desired
from orchestrator.model.record import Entry
from orchestrator.model.rendering import CATALOGUE
from orchestrator.model.request import Change, CodeEffect, RequestPlan
from orchestrator.model.source import LEDGER
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.report.request_json import request_json
from orchestrator.request.effect import Rendered, effect
from tests.report.test_apply_plans import PLANS as APPLIES
from tests.report.test_apply_plans import edit, remember
from tests.request.planning import planned
from tests.request.repository import TOWN, Bare
from tests.request.seven import SEVEN
from tests.request.seven import plan_of as seventh
from tests.request.test_plans import PCS, without
from tests.request.test_plans import PLANS as REQUESTS

Document = Mapping[str, Any]
Row = tuple[str, list[Document]]
PAIRS = "units"
"""A request's units as pairs are an index of its changes, whose rows say why."""


def rows(value: object, path: str = "") -> Iterator[Row]:
    """Every row with its lines: whatever stands in a list, but for the parts of a row that has lines."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from rows(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _row(one, f"{path}[{number}]")


def _row(one: object, path: str) -> Iterator[Row]:
    if isinstance(one, Mapping):
        yield path, one["because"] if "because" in one else [one["line"]] if "line" in one else []
        for key in one.keys() & {"files"}:
            yield from rows(one[key], f"{path}.{key}")
    else:
        yield path, []


def untraced(document: Document, texts: Callable[[Document], list[str]]) -> list[str]:
    """The rows that have no line, or one that leads nowhere; `texts` are those that a line may mean."""
    found = []
    for path, lines in rows({key: value for key, value in document.items() if key != PAIRS or _told(value)}):
        there = [any(1 <= line["source"]["line"] <= _height(text) for text in texts(line)) for line in lines]
        if not there or not all(there):
            found.append(path)
    return found


def _told(units: list[Any]) -> bool:
    return any(isinstance(unit, Mapping) for unit in units)


def _height(text: str) -> int:
    return len(text.splitlines())


def at_commits(bare: Bare, plan: RequestPlan, town: str = TOWN) -> Callable[[Document], list[str]]:
    """The texts of either side by name, in the town's folder or in the repository."""
    sides = {}
    for side, commit in (("base", plan.revisions.base), ("head", plan.revisions.head)):
        entries = {entry.path: entry.id for entry in bare.repository.tree(commit)}
        contents = bare.repository.blobs(entries.values())
        sides[side] = {path: contents[name].decode() for path, name in entries.items()}

    def texts(line: Document) -> list[str]:
        known, file = sides[line["side"]], line["source"]["file"]
        return [known[path] for path in (f"{town}/{file}", file) if path in known]

    return texts


def as_document(plan: RequestPlan) -> Document:
    """The plan as a program reads it."""
    found: Document = json.loads(json.dumps(request_json(plan)))
    told = {(host, one["role"]) for one in found["changes"] for host in one["hosts"]}
    assert {tuple(unit) for unit in found[PAIRS]} <= told
    return found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("traced") / "bare")


@pytest.mark.parametrize("case", sorted(REQUESTS))
def test_every_row_of_a_request_leads_to_a_line(bare: Bare, case: str) -> None:
    """Sabotage: leave the lines of waves out."""
    plan = planned(bare, bare.branch(case, REQUESTS[case](bare)))
    assert untraced(as_document(plan), at_commits(bare, plan)) == []


@pytest.mark.parametrize("one", SEVEN, ids=lambda one: one.name)
def test_every_row_of_a_typical_request_leads_to_a_line(bare: Bare, one: Any) -> None:
    """Sabotage: leave the lines of the steps back out."""
    plan = seventh(bare, one)
    found = as_document(plan)
    assert untraced(found, at_commits(bare, plan)) == []
    assert all(found["undo"]["steps"])
    assert all(found["waves"])


def test_a_line_that_is_gone_is_one_of_the_base(bare: Bare) -> None:
    """At head both files end before it. Sabotage: name lines that are gone, or the catalogue's, as head's."""
    catalogue = str(bare.files[CATALOGUE])
    cut = "".join(line for line in catalogue.splitlines(keepends=True) if line[:1] not in "#\n")
    last = str(bare.files[PCS]).rstrip("\n").rpartition("\n")[2]
    gone = without(bare, PCS, last.strip().partition(":")[0])
    plan = planned(bare, bare.branch("shorter", {CATALOGUE: cut, **gone}))
    found = as_document(plan)
    assert untraced(found, at_commits(bare, plan)) == []
    named = {(line["side"], line["source"]["file"]) for _, lines in rows(found["undo"]) for line in lines}
    assert {("base", "hosts/workstations.yml"), ("head", CATALOGUE)} <= named


def test_every_row_of_a_new_town_leads_to_a_line(bare: Bare) -> None:
    """Sabotage: say of a wave that its play stands at head only."""
    town = "inventories/new"
    files = {path.replace(TOWN, town): value for path, value in bare.files.items() if path.startswith(TOWN)}
    plan = planned(bare, bare.branch("new-town", files), town=town)
    assert untraced(as_document(plan), at_commits(bare, plan, town)) == []


def test_what_approved_code_makes_of_the_lines_leads_to_the_code(bare: Bare) -> None:
    """Sabotage: leave the lines of the code out."""
    plan = planned(bare, bare.branch("code", REQUESTS["code_that_plans"](bare)))
    before, after = (Rendered({("pc", "base"): f'{{"base_x": {number}}}'}, {}, {}) for number in (1, 2))
    found: CodeEffect = effect(before, after, tuple(file.line for file in plan.files.code))
    assert found.changes
    document = {"effect": {"changes": [as_plain(change) for change in found.changes]}}
    assert untraced(document, at_commits(bare, plan)) == []


def as_plain(change: Change) -> Any:
    return json.loads(json.dumps(asdict(change)))


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The lab's lines, with places of its own for what is remembered."""
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(PROJECT / "inventories/lab", tmp_path / "lab"))


def here(root: Path) -> Callable[[Document], list[str]]:
    """The texts of what lies here; a record of the ledger is a line of it."""
    with closing(Ledger(ledger_path(desired(root).town))) as ledger:
        records = "record\n" * ledger.state().record

    def texts(line: Document) -> list[str]:
        file = line["source"]["file"]
        assert line["side"] == "head"
        if file == LEDGER:
            return [records]
        return [path.read_text() for path in (root / file, PROJECT / file) if path.is_file()]

    return texts


def _nothing(root: Path) -> None:
    """Nothing was ever applied."""


def _leaving(root: Path) -> None:
    """All that is left is a host to retire, and one that was never checked."""
    edit(root, APPLIES["a_pc_leaves"])
    remember(root)
    append(root, Entry("verified", "first", "lab-pc-0002", "workstation"))


def _unproven(root: Path) -> None:
    remember(root)
    with closing(Ledger(ledger_path(desired(root).town))) as ledger:
        state = ledger.state().units["lab-dhcp1", "dhcp_server"]
        keys = (state.key, state.arguments, state.role_code)
        ledger.append([Entry("applied", "second", "lab-dhcp1", "dhcp_server", *keys)])


def _gone_user(root: Path) -> None:
    """An account whose line is gone is switched off."""
    remember(root)
    path = root / "group_vars/all/people.yml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("z.nikolic:")))


def append(root: Path, entry: Entry) -> None:
    with closing(Ledger(ledger_path(desired(root).town))) as ledger:
        ledger.append([entry])


def _edited(case: str) -> Callable[[Path], None]:
    def prepare(root: Path) -> None:
        remember(root)
        edit(root, APPLIES[case])

    return prepare


BEFORE: dict[str, Callable[[Path], None]] = {
    **{case: _edited(case) for case in APPLIES},
    "nothing_was_applied": _nothing,
    "a_host_is_only_retired": _leaving,
    "a_unit_is_only_checked": _unproven,
    "an_account_has_no_line": _gone_user,
}


@pytest.mark.parametrize("case", sorted(BEFORE))
def test_every_row_before_an_apply_leads_to_a_line(
    town: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: leave the records of hosts that leave out."""
    BEFORE[case](town)
    assert run(["plan", "-i", str(town), "--format", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert untraced(document, here(town)) == []
    assert document["units"] or document["unverified"] or document["unwanted"]
