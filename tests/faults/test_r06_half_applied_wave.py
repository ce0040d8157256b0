"""R6: a few hosts of a wave fail: what is done is kept, no more begins, a rerun does the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.apply import apply
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.plan import LedgerState
from orchestrator.plan import plan
from orchestrator.report.outcome_text import outcome_text
from tests.apply.test_run import Parts
from tests.faults.waves import CODE, FIRST, NAMES, TOWN, after, ran, states
from tests.plan.renderings import rendering

THREE = frozenset(NAMES[2:5])


def test_three_of_ten_fail_and_no_further_batch_begins(tmp_path: Path) -> None:
    """Sabotage: count no losses at the gate, or only those of the last batch."""
    parts = Parts(broken=THREE)
    found = states(ran(parts, tmp_path, tolerated=2))
    assert {name for name in NAMES if found[name] == "failed"} == THREE
    assert {found[name] for name in NAMES[:26]} - {"failed"} == {"applied"}
    assert {found[name] for name in NAMES[26:]} == {"not started"}


def test_as_many_as_the_limit_allows_do_not_stop_the_others(tmp_path: Path) -> None:
    """Sabotage: stop at the first failure whatever the limit says."""
    parts = Parts(broken=THREE)
    found = states(ran(parts, tmp_path, tolerated=3))
    assert {name for name in NAMES if found[name] != "applied"} == THREE


def test_a_limit_holds_also_where_the_play_by_itself_ends_with_its_first_failure(tmp_path: Path) -> None:
    """Sabotage: keep the play fatal where the wave may lose hosts, or not where it may lose none."""
    fatal = replace(
        CODE, plays={place: replace(play, any_errors_fatal=True) for place, play in CODE.plays.items()}
    )
    found = states(ran(Parts(broken=THREE), tmp_path, tolerated=3, code=fatal))
    assert {name for name in NAMES if found[name] != "applied"} == THREE
    strict = Parts(broken=THREE)
    ran(strict, tmp_path, code=fatal)
    assert [line for line in strict.log if line.startswith("failed")] == ["failed pc-02"]


def test_a_first_host_that_fails_stops_all_whatever_the_limit_says(tmp_path: Path) -> None:
    """Sabotage: let a canary count as any other host."""
    parts = Parts(broken=frozenset({FIRST}))
    outcome = ran(parts, tmp_path, tolerated=10)
    assert {states(outcome)[name] for name in NAMES[1:]} == {"not started"}
    assert f"{FIRST} went first and was lost" in outcome_text(outcome)


def test_checks_that_do_not_hold_after_a_batch_keep_the_next_from_beginning(tmp_path: Path) -> None:
    """Sabotage: begin the next batch without asking the checks, or pass over what they found."""
    parts = Parts(unfit=frozenset({FIRST}))
    found = states(ran(parts, tmp_path, tolerated=10))
    assert found[FIRST] == "applied"
    assert {found[name] for name in NAMES[1:]} == {"not started"}
    assert f"unproven {FIRST}" in parts.log


def test_each_batch_is_checked_once_before_the_next_and_the_last_is_not(tmp_path: Path) -> None:
    """Sabotage: check after the last batch, or not at all."""
    parts = Parts()
    assert ran(parts, tmp_path).succeeded
    checked = [line.removeprefix("check ") for line in parts.log if line.startswith("check ")]
    assert sorted(checked) == sorted(NAMES[:26])
    first = parts.log.index(f"check {NAMES[1]}")
    assert parts.log.index(f"applied {NAMES[25]}") < first < parts.log.index(f"started {NAMES[26]}")


def test_two_lanes_of_a_batch_ask_for_one_check_of_the_batch_before(tmp_path: Path) -> None:
    """Sabotage: forget what was proven."""
    roles = ("workstation", "backup_client")
    town = rendering([(name, roles[number % 2], {}) for number, name in enumerate(NAMES[:10])])
    apart = replace(CODE, after=dict.fromkeys(roles, ()))
    parts = Parts()
    order = Order("run", tmp_path)
    tools = Tools(parts, parts, parts.prove, ansible=parts, devices=parts, handlers=lambda role: ())
    assert apply(plan(town, apart, LedgerState()), town, apart, order, tools).succeeded
    assert [line for line in parts.log if line.startswith("check")] == [f"check {FIRST}"]


def test_the_report_names_each_host_and_a_rerun_does_only_the_rest(tmp_path: Path) -> None:
    """Sabotage: leave hosts that did not start out of the report, or plan what is done again."""
    outcome = ran(Parts(broken=THREE), tmp_path, tolerated=2)
    text = outcome_text(outcome)
    assert all(name in text for name in NAMES)
    assert "wave 3 lost pc-02, pc-03, pc-04; it may lose 2" in text
    again = plan(TOWN, CODE, after(outcome))
    assert set(again.hosts) == THREE | set(NAMES[26:])
