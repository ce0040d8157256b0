"""Laws of a request's plan from excerpts: it never says anything else than the whole towns do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from orchestrator.apply.code import not_units, restarting_handlers
from orchestrator.desired import Desired
from orchestrator.errors import Refused
from orchestrator.model.request import FilesChanged, RequestPlan, Revisions, Side, Surroundings
from orchestrator.replan import DoubtError
from orchestrator.replan.base_side import BaseSide, base_side
from orchestrator.replan.excerpted import CertainLines, excerpted, judge_plan
from orchestrator.report.request_json import request_json
from orchestrator.report.request_text import request_text
from orchestrator.request import request
from tests.laws.test_replan import (
    CABLING,
    EDITS,
    PCS,
    PEOPLE,
    SEVERAL,
    Edit,
    Files,
    add_for_a_department,
    add_for_a_person,
    another_address,
    another_mac,
    another_port,
    another_post,
    first,
    holds,
    remove,
    same_line_twice,
    texts,
    wanted,
)

POLICY = "group_vars/all/policy.yml"
_RULES = """
rules:
  never:
    - {name: no-signatures, from: [group/workstations], to: [service/signatures], reason: "it breaks"}
  always:
    - {name: reaches-backup, from: [group/workstations], to: [service/backup], reason: "every PC is kept"}
"""


@cache
def ruled(town: str) -> Files:
    """A town's files, with rules about all of its PCs where it has none."""
    files = dict(texts(town))
    if not re.search(r"^rules:", files[POLICY], re.MULTILINE):
        files[POLICY] += _RULES
    return files


@cache
def around() -> Surroundings:
    """What the program itself says."""
    catalogue = first("lab")[0].catalogue
    roles = sorted({role for play in catalogue.plays for role in play.roles})
    return Surroundings(
        catalogue, not_units(roles), {role: restarting_handlers(role) for role in roles}, day="2026-01-01"
    )


def side(files: Files) -> Side:
    """A whole town."""
    found = wanted(files)
    return Side(found.town, found.intent, found.rendering, files)


def known(base: Side) -> BaseSide:
    """What is remembered of it, as it comes back from its file."""
    found = Desired(base.town, around().catalogue, base.intent, base.rendering)
    return BaseSide.of_plain(base_side(found).plain())


def follow(files: Mapping[str, str], _: bool) -> Desired:
    """What follows from an excerpt."""
    try:
        return wanted(files)
    except Refused as refused:
        raise DoubtError("refused") from refused


def by_whole(base: Side, head: Files) -> RequestPlan:
    """The plan from whole towns."""
    return request(Revisions("a", "b"), base, side(head), FilesChanged(), around())


def by_excerpt(base: Side, head: Files) -> RequestPlan:
    """The plan from excerpts."""
    sides = excerpted(known(base), base.files, head, follow)
    found = request(Revisions("a", "b"), *sides, FilesChanged(), around(), CertainLines)
    judge_plan(found, *sides)
    return found


def moved(files: Files, number: int) -> Files:
    """Two lines change places."""
    lines = files[PCS].splitlines(keepends=True)
    places = [place for place, line in enumerate(lines) if line.startswith("    ") and ": {" in line]
    if len(places) < 2:
        reject()
    one, other = places[number % len(places)], places[(number * 7 + 1) % len(places)]
    lines[one], lines[other] = lines[other], lines[one]
    return {**files, PCS: "".join(lines)}


def another_words(files: Files, number: int) -> Files:
    """A comment more."""
    return {**files, PEOPLE: f"# {number}\n{files[PEOPLE]}"}


def told(plan: RequestPlan) -> tuple[object, ...]:
    """All that is printed of a plan."""
    return plan, request_json(plan), request_text(plan)


@pytest.mark.long
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    town=st.sampled_from(["stari_grad", "lab", "made"]),
    earlier=st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 10_000)), max_size=1),
    edits=SEVERAL,
    rarer=st.lists(st.tuples(st.sampled_from([moved, another_words]), st.integers(0, 99)), max_size=1),
    backwards=st.booleans(),
)
def test_a_request_planned_from_excerpts_is_that_of_the_whole_towns(
    town: str,
    earlier: list[tuple[Edit, int]],
    edits: list[tuple[Edit, int]],
    rarer: list[tuple[Edit, int]],
    backwards: bool,
) -> None:
    """Right and wrong edits, there and back. Sabotage: give head the base's firewall."""
    base = ruled(town)
    for edit, number in earlier:
        base = edit(base, number)
    head = base
    for edit, number in (*edits, *rarer):
        head = edit(head, number)
    if backwards:
        base, head = head, base
    try:
        before = side(base)
    except Refused:
        reject()
    try:
        found = by_excerpt(before, head)
    except DoubtError as doubt:
        event(f"the whole towns are planned: {doubt}")
        return
    event(f"planned from excerpts: {len(edits)} edits, {len(found.flows.rows) if found.flows else 0} flows")
    assert told(found) == told(by_whole(before, head))


@pytest.mark.parametrize("edit", [add_for_a_person, another_address, another_port, same_line_twice])
def test_a_wrong_line_is_left_to_the_whole_town(edit: Edit) -> None:
    """Sabotage: leave the rivals of edited hosts and sockets out of the excerpt."""
    files = ruled("stari_grad")
    base = side(files)
    wrong = [after for after in (edit(files, number) for number in range(0, 90, 9)) if not holds(after)]
    assert wrong
    for head in wrong[:4]:
        with pytest.raises(DoubtError):
            by_excerpt(base, head)


@pytest.mark.parametrize(
    ("file", "pattern", "instead"),
    [(PCS, r'mac: "[^"]*"', 'mac: ""'), (CABLING, r", switch: [^,]*, port: [0-9]+\}", "}")],
)
def test_a_line_without_a_value_is_left_to_the_whole_town(file: str, pattern: str, instead: str) -> None:
    """Sabotage: look for lines that hold no words at all, which never ends."""
    files = ruled("stari_grad")
    with pytest.raises(DoubtError):
        by_excerpt(side(files), {**files, file: re.sub(pattern, instead, files[file], count=1)})


@pytest.mark.parametrize("town", ["stari_grad", "made"])
@pytest.mark.parametrize("edit", [add_for_a_person, add_for_a_department, remove, another_mac, another_post])
def test_a_usual_request_is_planned_from_excerpts(town: str, edit: Edit) -> None:
    """Sabotage: raise DoubtError in `excerpted` always, or leave out an item of the firewall's sets."""
    base = side(ruled(town))
    head = next(after for after in (edit(base.files, number) for number in range(20)) if holds(after))
    found = by_excerpt(base, head)
    assert told(found) == told(by_whole(base, head))
    assert not found.is_empty or head == base.files
