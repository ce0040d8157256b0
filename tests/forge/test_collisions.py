"""Two requests cannot take the same: each is judged as it would stand when merged, and beside the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from orchestrator.against import Judged, Names, judge_request
from orchestrator.cli.main import run
from orchestrator.errors import Refused, UsageError
from tests.forge.repository import LabRepository
from tests.golden import Golden
from tests.load.towns import REPOSITORY, TODAY

CASES = sorted(path.parent for path in (REPOSITORY / "tests/cases/collisions").glob("*/case.yml"))
HOSTS, ANNEX = "hosts/workstations.yml", "hosts/annex.yml"
PC = (
    '    lab-pc-0003: {{mac: "52:54:00:12:00:03", {address}socket: "A-103-2", department: finance, '
    "platform: debian13}}\n"
)
GIVEN, MISSING = PC.format(address="address: 198.18.10.52, "), PC.format(address="")
RIVAL = (
    '    lab-pc-0004: {mac: "52:54:00:12:00:04", address: 198.18.10.52, socket: "A-103-1", '
    "department: finance, platform: debian13}\n"
)
ELSEWHERE = {"write": {ANNEX: f"workstations:\n  hosts:\n{RIVAL}"}}


@pytest.fixture
def lab(tmp_path: Path) -> LabRepository:
    """A repository with the lab's inventory."""
    return LabRepository(tmp_path / "lab")


def judged(lab: LabRepository, head: str | None, *others: str, fixing: bool = False) -> Judged:
    """The request against main."""
    return judge_request(lab.inventory, Names("main", head, others), fixing, TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_collision_names_both_lines_where_they_come_from_and_the_remedy(
    case: Path, lab: LabRepository, golden: Golden
) -> None:
    """Sabotage: compare the request with what its own branch began from, instead of with main."""
    said = yaml.safe_load((case / "case.yml").read_text(encoding="utf-8"))
    head = lab.branch("request", said["request"])
    others = [lab.branch(name, change) for name, change in said.get("others", {}).items()]
    lab.advance(said.get("main", {}))
    found = Refused(judged(lab, head, *others).problems)
    told = "".join(f"{problem}\n" for problem in found.problems)
    assert told
    golden(f"collisions/{case.name}/expected", told)


def test_there_are_at_least_12_collisions() -> None:
    """Sabotage: delete cases."""
    assert len(CASES) >= 12


def test_the_same_line_on_both_sides_is_no_collision(lab: LabRepository) -> None:
    """Sabotage: refuse every value that both sides wrote."""
    head = lab.branch("request", {"append": {HOSTS: GIVEN}})
    lab.advance({"append": {HOSTS: GIVEN}})
    assert judged(lab, head).problems == ()


def test_a_socket_that_the_request_itself_frees_may_be_taken(lab: LabRepository) -> None:
    """Sabotage: hold the request against all that main has, instead of what main took meanwhile."""
    taker = GIVEN.replace("A-103-2", "A-101-1").replace("finance", "registry")
    change = {
        "replace": {HOSTS: {"A-101-1": "A-101-2"}},
        "write": {ANNEX: f"workstations:\n  hosts:\n{taker}"},
    }
    assert judged(lab, lab.branch("request", change)).problems == ()


def test_a_request_that_was_merged_already_collides_with_nobody(lab: LabRepository) -> None:
    """Sabotage: do not take away from the other request what main has."""
    other = lab.branch("squashed", ELSEWHERE)
    lab.advance(ELSEWHERE)
    change = {
        "replace": {ANNEX: {"A-103-1": "A-101-2"}},
        "append": {HOSTS: MISSING.replace("A-103-2", "A-103-1")},
    }
    found = judged(lab, lab.branch("request", change), other, fixing=True)
    assert found.problems == ()
    assert str(found.fixes[0].new) == "198.18.10.53"


def test_a_missing_address_is_free_in_main_and_in_every_open_request(lab: LabRepository) -> None:
    """Sabotage: look at the request's own lines only."""
    head = lab.branch("request", {"append": {HOSTS: MISSING}})
    other = lab.branch("other", {"write": {ANNEX: f"workstations:\n  hosts:\n{RIVAL.replace('.52', '.53')}"}})
    lab.advance({"write": {ANNEX: f"workstations:\n  hosts:\n{RIVAL.replace('A-103-1', 'A-101-2')}"}})
    found = judged(lab, head, other, fixing=True)
    (suggestion,) = found.suggestions
    assert suggestion.file == f"inventories/lab/{HOSTS}"
    assert (suggestion.line, suggestion.old) == (5, MISSING.rstrip("\n"))
    assert suggestion.new == PC.format(address="").rstrip("\n").replace(
        '00:03", ', '00:03", address: 198.18.10.54, '
    )
    assert judged(lab, head, other, fixing=True) == found


def test_without_a_fix_the_refusal_proposes_an_address_that_is_free_everywhere(lab: LabRepository) -> None:
    """Sabotage: judge the request without the addresses of main."""
    head = lab.branch("request", {"append": {HOSTS: MISSING}})
    lab.advance(ELSEWHERE)
    with pytest.raises(Refused, match=r"add `address: 198\.18\.10\.53`"):
        judged(lab, head)


@pytest.mark.parametrize("merged_first", [False, True], ids=["by_itself", "with_main_merged_in"])
def test_the_loser_of_a_race_gets_a_new_suggestion(lab: LabRepository, merged_first: bool) -> None:
    """Sabotage: fill in missing addresses only."""
    head = lab.branch("request", {"append": {HOSTS: GIVEN}})
    lab.advance(ELSEWHERE)
    if merged_first:
        lab.git("switch", "-q", head)
        lab.git("merge", "-q", "--no-edit", "main")
        lab.git("switch", "-q", "main")
    found = judged(lab, head, fixing=True)
    assert found.problems == ()
    assert [str(done) for done in found.fixes] == [
        f"{HOSTS}:5: lab-pc-0003: address 198.18.10.52 -> 198.18.10.53, 198.18.10.52 was taken meanwhile"
    ]


def test_a_conflict_does_not_hide_the_suggestion(
    lab: LabRepository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: refuse before the suggestions are written."""
    head = lab.branch("request", {"append": {HOSTS: GIVEN}})
    lab.advance({"append": {HOSTS: RIVAL}})
    offered = tmp_path / "suggestions.json"
    words = ["check", "-i", str(lab.inventory), "--merge-base", "main", "--head", head, "--fix"]
    assert run([*words, "--suggestions", str(offered)]) == 1
    assert "TH-MERGE-CONFLICT" in capsys.readouterr().err
    document = json.loads(offered.read_text())
    assert document["schema"] == "townhall.suggestions/1"
    assert ["198.18.10.53" in one["new"] for one in document["suggestions"]] == [True]


def test_suggestions_end_with_2_and_change_no_file(
    lab: LabRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: write the fix of another revision into the work tree."""
    head = lab.branch("request", {"append": {HOSTS: MISSING}})
    words = ["check", "-i", str(lab.inventory), "--merge-base", "main", "--head", head, "--fix", "--json"]
    assert run(words) == 2
    assert len(json.loads(capsys.readouterr().out)["suggestions"]) == 1
    assert lab.git("status", "--porcelain") == ""


def test_lines_that_are_not_committed_yet_are_judged_and_fixed_where_they_lie(
    lab: LabRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: judge the last commit."""
    lab.git("switch", "-q", "-c", "work")
    lab.git("switch", "-q", "main")
    lab.advance(ELSEWHERE)
    lab.git("switch", "-q", "work")
    lab.edit({"append": {HOSTS: GIVEN}})
    words = ["check", "-i", str(lab.inventory), "--merge-base", "main"]
    assert run(words) == 1
    assert "TH-COLLISION-ADDRESS" in capsys.readouterr().err
    assert run([*words, "--fix"]) == 0
    assert "198.18.10.53" in (lab.inventory / HOSTS).read_text()


def test_a_trial_merge_leaves_nothing_in_the_repository(lab: LabRepository) -> None:
    """Sabotage: merge without the folder that goes away."""
    head = lab.branch("request", {"append": {HOSTS: GIVEN}})
    lab.advance({"append": {HOSTS: RIVAL}})
    before = sorted(path for path in lab.folder.rglob("*") if path.is_file())
    judged(lab, head, fixing=True)
    assert sorted(path for path in lab.folder.rglob("*") if path.is_file()) == before


@pytest.mark.parametrize("change", [("100755", "hosts/run.yml"), ("120000", "hosts/away.yml")])
def test_a_branch_that_carries_a_program_or_a_link_is_refused(
    lab: LabRepository, change: tuple[str, str]
) -> None:
    """Sabotage: read every object of the head as text."""
    mode, path = change
    lab.git("switch", "-q", "-c", "request")
    file = lab.inventory / path
    if mode == "120000":
        file.symlink_to("/etc/passwd")
    else:
        file.write_text("#!/bin/sh\ntouch canary\n")
        file.chmod(0o755)
    lab.commit("a trick")
    lab.git("switch", "-q", "main")
    with pytest.raises(Refused, match=r"TH-FILE-(EXECUTABLE|LINK)"):
        judged(lab, "request")


@pytest.mark.parametrize("name", ["--output=x", "main..request", "nowhere", "main:hosts", "a b"])
def test_what_is_no_revision_is_wrong_use(lab: LabRepository, name: str) -> None:
    """Sabotage: hand the name to git as it is."""
    with pytest.raises(UsageError):
        judged(lab, name)


def test_other_revisions_need_the_branch_to_merge_into(capsys: pytest.CaptureFixture[str]) -> None:
    """Sabotage: ignore --head without --merge-base."""
    assert run(["check", "--head", "HEAD"]) == 64
    assert "--merge-base" in capsys.readouterr().err
