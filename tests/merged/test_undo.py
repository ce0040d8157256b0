"""A run is taken back by an ordinary plan; what does not come back is said first."""

from __future__ import annotations

import json

import pytest

from orchestrator.cli.main import run
from orchestrator.cli.undo import shown
from orchestrator.errors import Refused, UsageError
from orchestrator.pipeline import Done, Prospect
from orchestrator.plan.inverse import lasting
from orchestrator.undo import undoing
from tests.merged.town import ADDED, MergedTown

HELPED = {"lab-sw2", "lab-fw1", "lab-dc1", "lab-backup1", "lab-dhcp1"}


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
    town: MergedTown, ran: str
) -> None:
    """Sabotage: record an undo as an ordinary run."""
    undo(town, ran)
    assert run(["check", "-i", str(town.inventory)]) == 1
    with pytest.raises(Refused) as refused:
        town.apply()
    assert [problem.code for problem in refused.value.problems] == ["TH-GLASS-OPEN"]
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


def test_only_the_newest_run_is_undone(town: MergedTown, ran: str) -> None:
    """Sabotage: undo any run."""
    town.admin.git("revert", "--no-edit", "HEAD")
    town.admin.git("push", "-q", "origin", "main")
    town.update()
    later = town.apply()
    assert later is not None
    with pytest.raises(Refused) as refused:
        undoing(town.inventory, ran)
    (problem,) = refused.value.problems
    assert (problem.code, problem.value) == ("TH-UNDO-LATER", later.outcome.run)


def test_a_first_run_and_a_run_that_never_was_are_not_undone(town: MergedTown) -> None:
    """Sabotage: take nothing for an empty town."""
    done = town.apply()
    assert done is not None
    with pytest.raises(Refused) as refused:
        undoing(town.inventory, done.outcome.run)
    assert [problem.code for problem in refused.value.problems] == ["TH-UNDO-FIRST"]
    with pytest.raises(UsageError, match="no such run"):
        undoing(town.inventory, "20260101-000000-1")


def test_what_does_not_come_back_is_said_by_the_plan_kept_by_the_run_and_said_before_the_undo(
    town: MergedTown, ran: str
) -> None:
    """Sabotage: name it after the undo."""
    sentence = "lab-pc-0003: what their roles installed stays on the machine"
    undone, ground = undoing(town.inventory, ran)
    assert undone.lasting == (sentence,)
    (record,) = [one for one in town.ledger().records(run=ran) if one.entry.kind == "run"]
    assert json.loads(record.entry.details)["lasting"] == [sentence]
    said = ""

    def look(prospect: Prospect) -> bool:
        nonlocal said
        said = shown(undone, prospect)
        return False

    assert town.apply(ground=ground, agreed=look) is None
    assert town.doubles.ran == []
    assert said.index(sentence) < said.index("Switches carry the networks")


def test_each_kind_of_step_without_an_inverse_has_its_sentence() -> None:
    """Sabotage: leave one kind out."""
    from orchestrator.model.plan import Plan, PlannedUnit, Wave

    def unit(host: str, role: str, reason: str, *changes: str) -> PlannedUnit:
        return PlannedUnit(host, role, 1, "", "", "", reason, True, "before", changes)

    units = (
        unit("pc-1", "base", "new"),
        unit("dc-3", "domain_controller", "new"),
        unit("pc-2", "base", "role code changed"),
        unit("pc-2", "backup_client", "arguments changed", "backup_client_password.version: 1 -> 2"),
        unit("pc-2", "workstation", "backlog: the last run failed"),
        unit("sw-1", "switch", "arguments changed", "switch_ports[7].vlan: 10 -> 11"),
    )
    assert lasting(Plan("test", (Wave(1, "all", units),), unwanted=("pc-9",))) == (
        "dc-3, pc-1: what their roles installed stays on the machine",
        "dc-3: stays a domain controller until it is demoted by hand",
        "base: its code changed; only a revert of the commit brings the earlier code back",
        "backup_client on pc-2: backup_client_password: the secret's value of version 1 is put back by hand",
        "pc-9: a machine that was wiped or given away since does not come back with its line",
        "workstation on pc-2: what was there before is not known (backlog: the last run failed)",
    )
