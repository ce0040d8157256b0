"""A run is taken back by an ordinary plan; what does not come back is said first."""

from __future__ import annotations

import json

import pytest

from orchestrator.cli.carry_out import Wish, carry_out
from orchestrator.cli.main import run
from orchestrator.cli.undo import head
from orchestrator.desired import following
from orchestrator.errors import Refused, UsageError
from orchestrator.load import load_text
from orchestrator.model.apply_plan import Foreseen
from orchestrator.model.plan import Plan, PlannedUnit, Wave
from orchestrator.model.request import Side
from orchestrator.pipeline import Done, Options
from orchestrator.plan.inverse import lasting
from orchestrator.undo import undoing
from tests.golden import Golden
from tests.load.towns import lab_files
from tests.merged.town import ADDED, HELPED, MergedTown


def undo(town: MergedTown, name: str) -> Done | None:
    """Undo without a question."""
    return town.apply(ground=undoing(town.inventory, name)[1])


@pytest.fixture
def ran(town: MergedTown) -> str:
    """The run that brought a new PC."""
    town.apply()
    town.merge(ADDED)
    town.update()
    done = town.apply()
    assert done is not None
    return done.outcome.run


def test_what_was_set_for_a_new_pc_is_taken_back(town: MergedTown, ran: str) -> None:
    """Then undo = observed: what the units carry is what they carried before.

    Sabotage: plan the undo from the inventory that lies there.
    """
    before = {unit: state.arguments for unit, state in town.ledger().state().units.items()}
    done = undo(town, ran)
    assert done is not None
    assert done.succeeded
    assert {host for host, _ in town.doubles.ran} == HELPED
    assert done.retired == ("lab-pc-0003",)
    after = {unit: state.arguments for unit, state in town.ledger().state().units.items()}
    assert {unit for unit in before if after.get(unit) != before[unit] and unit in after} == {
        ("lab-sw2", "switch"),
        ("lab-fw1", "firewall"),
        ("lab-dc1", "directory"),
        ("lab-backup1", "backup_server"),
        ("lab-dhcp1", "dhcp_server"),
    }


def test_after_an_undo_check_asks_for_the_revert_and_the_runner_does_not_do_it_again(
    town: MergedTown, ran: str, golden: Golden
) -> None:
    """Sabotage: record an undo as an ordinary run."""
    undo(town, ran)
    assert run(["check", "-i", str(town.inventory)]) == 1
    with pytest.raises(Refused) as refused:
        town.apply()
    golden("apply_refusals/an_undo_that_is_not_merged", refused.value)
    town.admin.git("revert", "--no-edit", "HEAD")
    town.admin.git("push", "-q", "origin", "main")
    town.update()
    assert run(["check", "-i", str(town.inventory)]) == 0
    assert town.apply() is None


def test_an_undo_can_be_undone(town: MergedTown, ran: str) -> None:
    """Sabotage: look for the run before the last ordinary one."""
    first = undo(town, ran)
    assert first is not None
    assert undo(town, first.outcome.run) is not None
    assert ("lab-pc-0003", "workstation") in town.doubles.ran
    assert run(["check", "-i", str(town.inventory)]) == 0


def test_only_the_newest_run_is_undone(town: MergedTown, ran: str, golden: Golden) -> None:
    """Sabotage: undo any run."""
    town.admin.git("revert", "--no-edit", "HEAD")
    town.admin.git("push", "-q", "origin", "main")
    town.update()
    later = town.apply()
    assert later is not None
    with pytest.raises(Refused) as refused:
        undoing(town.inventory, ran)
    assert refused.value.problems[0].value == later.outcome.run
    golden("apply_refusals/an_undo_of_an_earlier_run", refused.value)


def test_a_first_run_and_a_run_that_never_was_are_not_undone(town: MergedTown, golden: Golden) -> None:
    """Sabotage: take nothing for an empty town."""
    done = town.apply()
    assert done is not None
    with pytest.raises(Refused) as refused:
        undoing(town.inventory, done.outcome.run)
    golden("apply_refusals/an_undo_of_the_first_run", refused.value)
    with pytest.raises(UsageError, match="no such run"):
        undoing(town.inventory, "20260101-000000-1")


def test_what_does_not_come_back_is_said_by_the_plan_kept_by_the_run_and_said_before_the_undo(
    town: MergedTown, ran: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: name it after the undo."""
    sentence = "lab-pc-0003: what their roles installed stays on the machine"
    undone, ground = undoing(town.inventory, ran)
    assert undone.lasting == (sentence,)
    (record,) = [one for one in town.ledger().records(run=ran) if one.entry.kind == "run"]
    assert json.loads(record.entry.details)["lasting"] == [sentence]
    options = Options(ground=ground, hands=town.doubles.hands)
    town.doubles.ran.clear()
    carry_out(town.inventory, Wish(yes=True, json=False, head=head(undone)), options)
    said = capsys.readouterr().out
    assert said.index(sentence) < said.index("Switches carry the networks") < said.index("ledger record")


def test_each_kind_of_step_without_an_inverse_has_its_sentence() -> None:
    """Sabotage: leave one kind out."""

    def unit(host: str, role: str, reason: str, *changes: str) -> PlannedUnit:
        return PlannedUnit(host, role, 1, "", "", "", reason, True, "before", changes)

    units = (
        unit("pc-1", "base", "new"),
        unit("dc-3", "domain_controller", "new"),
        unit("pc-2", "base", "role code changed"),
        unit("pc-2", "backup_client", "arguments changed"),
        unit("pc-2", "workstation", "backlog: the last run failed"),
        unit("pc-3", "workstation", "backlog: the last run failed"),
        unit("sw-1", "switch", "arguments changed", "switch_ports[7].vlan: 10 -> 11"),
    )
    wanted = following(load_text(lab_files()))
    side = Side(wanted.town, wanted.intent, wanted.rendering, {})
    given = {("pc-2", "backup_client"): '{"passwords": [{"secret": "backup_access", "version": 0}]}'}
    plan = Plan("test", (Wave(1, "all", units),), unwanted=("pc-9",))
    assert [one.text for one in lasting(Foreseen(plan, side, given))] == [
        "dc-3, pc-1: what their roles installed stays on the machine",
        "dc-3: stays a domain controller until it is demoted by hand",
        "role base: the old code takes back only what it sets itself",
        "secret backup_access: the value of version 0 has to be put back by hand",
        "pc-9: a machine that was wiped or given away since does not come back with its line",
        "workstation on pc-2, pc-3: what was there before is not known (backlog: the last run failed)",
    ]
