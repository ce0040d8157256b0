"""The playbook and the inventory of a run."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible.parsing.dataloader import DataLoader  # type: ignore[import-untyped]

from orchestrator.apply.as_yaml import as_yaml, playbook_yaml
from orchestrator.apply.fence import Fence
from orchestrator.apply.fences import Fences
from orchestrator.apply.gate import Gates
from orchestrator.apply.playbook import FENCE_TASK, Author, inventory, run_plays
from orchestrator.model.plan import LedgerState
from orchestrator.model.rendering import Rendering, SecretReference
from orchestrator.plan import plan
from tests.plan.renderings import CODE, applied, rendering

TOWN = rendering(
    [
        ("pc-1", "workstation", {"workstation_room": "A-101"}),
        ("pc-1", "backup_client", {"backup_client_password": SecretReference("backup", 1, "pc-1")}),
        ("pc-2", "workstation", {"workstation_room": "{{ lookup('pipe', 'id') }}"}),
        ("srv-1", "base", {"base_port": "22"}),
    ]
)
GATES = Gates(Path("run"))
ANY = {(unit.host, unit.role): unit.arguments for unit in TOWN.units}


def author(town: Rendering, ledger: LedgerState) -> list[dict[str, object]]:
    plays = run_plays(plan(town, CODE, ledger).waves, CODE.plays)
    return Author("run", lambda role: (f"Restart {role}",), GATES).playbook(plays)


def test_each_play_is_one_role_in_the_catalogue_order_on_the_hosts_that_need_it() -> None:
    plays = author(TOWN, LedgerState())
    assert [(play["name"], play["hosts"]) for play in plays] == [
        ("01 base: Servers share one base", "srv-1"),
        ("03 workstation: Workstations serve their people", "pc-1,pc-2"),
        ("03 backup_client: Workstations serve their people", "pc-1"),
    ]
    assert [play.get("any_errors_fatal", False) for play in plays] == [True, False, False]


def test_a_new_unit_runs_every_handler_and_a_changed_one_does_not() -> None:
    before = rendering([("pc-1", "workstation", {"workstation_room": "B-201"})])
    now = rendering([*_triples(before, "A-101"), ("pc-2", "workstation", {})])
    (play,) = author(now, applied(before))
    told = [task for task in play["tasks"] if "notify" in task]  # type: ignore[attr-defined]
    assert [task["notify"] for task in told] == [["Restart workstation"]]
    assert told[0]["when"] == "inventory_hostname in ['pc-2']"


def _triples(town: Rendering, room: str) -> list[tuple[str, str, dict[str, object]]]:
    return [(unit.host, unit.role, {"workstation_room": room}) for unit in town.units]


def test_every_play_begins_at_its_gate_and_ends_with_the_stamp() -> None:
    """Sabotage: put the gate behind the role, or ask it once for each host."""
    for play in author(TOWN, LedgerState()):
        assert play["tasks"][0] == GATES.task(play["name"])  # type: ignore[index, arg-type]
        assert play["tasks"][0]["run_once"]  # type: ignore[index]
        assert play["tasks"][-1]["name"] == "Stamp the unit"  # type: ignore[index]


def test_a_host_is_asked_for_its_fence_when_a_play_begins_and_before_every_stamp() -> None:
    """Sabotage: ask behind the role, ask in the first play of a host only, or stamp without asking."""
    plays = run_plays(plan(TOWN, CODE, LedgerState()).waves, CODE.plays)
    fences = Fences({"pc-1": "7 run", "srv-1": "3 run"}, Fence().check)
    written = Author("run", lambda role: (), GATES, fences).playbook(plays)
    tasks: list[list[dict[str, str]]] = [play["tasks"] for play in written]  # type: ignore[misc]
    assert [one[1]["name"] == FENCE_TASK for one in tasks] == [True, True, True]
    check = Fence().check("{{ townhall_fence }}")
    assert tasks[0][1]["ansible.builtin.raw"] == check
    assert all(one[-1]["ansible.builtin.raw"].startswith(check + "install -d") for one in tasks)
    hosts = inventory(plan(TOWN, CODE, LedgerState()).units, ANY, {}, fences)["all"]["hosts"]  # type: ignore[index]
    marks = {host: variables["townhall_fence"] for host, variables in hosts.items()}
    assert marks == {"pc-1": "7 run", "pc-2": "none", "srv-1": "3 run"}


def test_a_new_pc_waits_for_its_reserved_address_before_anything_else() -> None:
    """Sabotage: leave the waiting out of the play."""
    plays = run_plays(plan(TOWN, CODE, LedgerState()).waves, CODE.plays)
    written = Author("run", lambda role: (), GATES, leased={"pc-1": "198.18.10.51"}).playbook(plays)
    names = [[task["name"] for task in play["tasks"]] for play in written]  # type: ignore[attr-defined]
    assert [name[1] == "The machine holds its reserved address" for name in names] == [False, True, False]


def test_the_playbook_is_plain_yaml() -> None:
    plays = author(TOWN, LedgerState())
    assert yaml.safe_load(playbook_yaml(plays)) == plays


def loaded() -> dict[str, dict[str, object]]:
    """Return each host's variables as Ansible itself reads them from the run's inventory."""
    units = plan(TOWN, CODE, LedgerState()).units
    text = as_yaml(inventory(units, ANY, {"pc-1": {"ansible_host": "198.19.0.1"}}))
    return dict(DataLoader().load(text)["all"]["hosts"])


def test_only_pending_hosts_stand_in_the_inventory_with_their_connection_and_keys() -> None:
    hosts = loaded()
    assert sorted(hosts) == ["pc-1", "pc-2", "srv-1"]
    assert hosts["pc-1"]["ansible_host"] == "198.19.0.1"
    assert sorted(hosts["pc-1"]["townhall_keys"]) == ["backup_client", "workstation"]  # type: ignore[call-overload]


def test_a_secret_reaches_ansible_as_a_template_and_never_as_a_value() -> None:
    assert loaded()["pc-1"]["backup_client_password"] == "{{ secret_backup | derived_secret('pc-1') }}"


def test_a_number_in_quotes_stays_text() -> None:
    assert loaded()["srv-1"]["base_port"] == "22"


def test_data_that_looks_like_a_template_is_marked_as_text() -> None:
    text = as_yaml({"room": "{{ lookup('pipe', 'id') }}", "nested": [{"a": "{% raw %}"}], "plain": "x"})
    assert text.count("!unsafe") == 2
