"""Why a unit is planned, in an admin's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.model.plan import LedgerState, Observation
from orchestrator.model.rendering import SecretReference
from orchestrator.plan import plan, with_changes
from orchestrator.plan.keys import canonical, current_keys
from tests.plan.renderings import CODE, applied, rendering

TOWN = rendering([("pc-1", "workstation", {"workstation_room": "A-101"})])
SAME = Observation("SHA256:key", "id", {"workstation": current_keys(TOWN, CODE)["pc-1", "workstation"][0]})


def reasons(ledger: LedgerState, **observed: Observation) -> list[str]:
    found = {host.replace("_", "-"): observation for host, observation in observed.items()}
    return [unit.reason for unit in plan(TOWN, CODE, ledger, found).units]


def test_a_unit_that_never_ran_is_new() -> None:
    assert reasons(LedgerState()) == ["new"]


def test_a_machine_as_it_was_left_needs_nothing() -> None:
    assert reasons(applied(TOWN), pc_1=SAME) == []


@pytest.mark.parametrize("other", [{"fingerprint": "SHA256:other"}, {"machine_id": "other"}])
def test_another_machine_under_the_same_name_is_rebuilt(other: dict[str, str]) -> None:
    assert reasons(applied(TOWN), pc_1=replace(SAME, **other)) == ["machine recreated"]


def test_the_pinned_key_alone_shows_that_a_machine_was_recreated() -> None:
    assert reasons(applied(TOWN), pc_1=Observation("SHA256:other")) == ["machine recreated"]


def test_a_missing_stamp_is_not_believed_to_be_applied() -> None:
    assert reasons(applied(TOWN), pc_1=replace(SAME, stamps={})) == ["stamp missing or foreign"]


def test_a_device_whose_configuration_was_changed_by_hand_is_planned() -> None:
    """Sabotage: leave out what the device shows."""
    assert reasons(applied(TOWN), pc_1=Observation(differs=True)) == ["device is not as wanted"]


def test_a_host_that_does_not_answer_changes_nothing_in_the_plan() -> None:
    assert reasons(applied(TOWN), pc_1=Observation(reachable=False)) == []


@pytest.mark.parametrize("event", ["started", "failed", "unknown", "unproven"])
def test_a_run_that_did_not_end_well_is_a_backlog_and_runs_every_handler(event: str) -> None:
    (unit,) = plan(TOWN, CODE, applied(TOWN, event=event)).units
    assert unit.reason.startswith("backlog: ")
    assert unit.every_handler


def test_a_changed_argument_keeps_the_handlers_that_ran() -> None:
    before = applied(rendering([("pc-1", "workstation", {"workstation_room": "A-102"})]))
    (unit,) = plan(TOWN, CODE, before).units
    assert (unit.reason, unit.every_handler) == ("arguments changed", False)


def test_changed_role_code_is_named() -> None:
    code = replace(CODE, roles={**CODE.roles, "workstation": "new code"})
    assert [unit.reason for unit in plan(TOWN, code, applied(TOWN)).units] == ["role code changed"]


def test_changed_play_is_named() -> None:
    plays = {**CODE.plays, 3: replace(CODE.plays[3], become=False)}
    assert [unit.reason for unit in plan(TOWN, replace(CODE, plays=plays), applied(TOWN)).units] == [
        "play or platform changed"
    ]


def test_an_applied_unit_without_a_finished_check_is_only_checked() -> None:
    planned = plan(TOWN, CODE, applied(TOWN, event="applied"))
    assert not planned.units
    assert planned.unverified == (("pc-1", "workstation"),)


def test_a_host_whose_line_is_gone_is_no_longer_wanted() -> None:
    more = rendering([("pc-2", "workstation", {}), ("pc-1", "workstation", {"workstation_room": "A-101"})])
    assert plan(TOWN, CODE, applied(more)).unwanted == ("pc-2",)


def test_a_new_version_of_a_secret_is_a_changed_argument() -> None:
    def town(version: int) -> object:
        return rendering(
            [("pc-1", "backup_client", {"password": SecretReference("backup", version, "pc-1")})]
        )

    assert plan(town(2), CODE, applied(town(1))).units  # type: ignore[arg-type]


def test_the_plan_says_which_reservation_is_added() -> None:
    def town(*names: str) -> dict[str, object]:
        reservations = [{"hostname": name, "mac": "52:54:00:00:00:01"} for name in names]
        return {"dhcp_server_subnets": [{"id": 10, "name": "users-a", "reservations": reservations}]}

    before, now = (
        rendering([("srv-1", "dhcp_server", town(*names))]) for names in (("pc-1",), ("pc-1", "pc-3"))
    )
    ledger = applied(before)
    digest = ledger.units["srv-1", "dhcp_server"].arguments
    known = {digest: canonical(before.units[0].arguments)}
    (unit,) = with_changes(plan(now, CODE, ledger), now, known).units
    assert unit.changes == ("dhcp_server_subnets[10].reservations: + pc-3",)
