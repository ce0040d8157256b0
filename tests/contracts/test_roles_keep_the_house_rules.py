"""Interface, names and sizes of roles, as CONTRIBUTING.md states them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.role_files import REPOSITORY, ROLES, declared, read, tasks_of, yaml_files

by_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)


def test_there_are_roles_to_hold_to_the_rules() -> None:
    """Sabotage: move the roles away; a rule over nothing proves nothing."""
    assert len(ROLES) >= 12


@by_role
def test_a_default_is_said_once_and_a_required_argument_has_none(role: Path) -> None:
    """Sabotage: add `default:` to an option, or a default for a required one, or forget one in defaults."""
    options = declared(role)
    defaults = read(role / "defaults" / "main.yml") or {}
    assert isinstance(defaults, dict)
    assert [name for name, option in options.items() if "default" in option] == []
    optional = {name for name, option in options.items() if not option.get("required")}
    assert set(defaults) == optional


@by_role
def test_every_argument_carries_the_roles_name_and_a_description(role: Path) -> None:
    """Sabotage: name an argument without the role's prefix."""
    for name, option in declared(role).items():
        assert name.startswith(role.name + "_"), name
        assert option.get("description"), f"{name} has no description"
        assert option.get("type"), f"{name} has no type"


@by_role
def test_internal_names_begin_with_two_underscores_and_the_role(role: Path) -> None:
    """Sabotage: register a result under a bare name."""
    own = f"__{role.name}_"
    names = list(read(role / "vars" / "main.yml") or {})  # type: ignore[call-overload]
    for path in yaml_files(role):
        for task in tasks_of(read(path)):
            if "register" in task:
                names.append(str(task["register"]))
            names.extend(task.get("ansible.builtin.set_fact") or {})  # type: ignore[arg-type]
    assert [name for name in names if name != "cacheable" and not str(name).startswith(own)] == []


@by_role
def test_files_stay_small_and_main_is_a_table_of_contents(role: Path) -> None:
    """Sabotage: write a task file of 81 lines."""
    lines = {path: len(path.read_text().splitlines()) for path in (role / "tasks").rglob("*.yml")}
    assert lines[role / "tasks" / "main.yml"] <= 40
    assert {str(path.relative_to(REPOSITORY)) for path, count in lines.items() if count > 80} == set()


@by_role
def test_commands_say_when_they_change_something(role: Path) -> None:
    """Sabotage: remove `changed_when` from a command task."""
    commands = {"ansible.builtin.command", "ansible.builtin.shell"}
    silent = [
        f"{path.relative_to(REPOSITORY)}: {task.get('name')}"
        for folder in ("tasks",)
        for path in sorted((role / folder).rglob("*.yml"))
        for task in tasks_of(read(path))
        if commands & set(task) and "changed_when" not in task
    ]
    assert silent == []


@by_role
def test_every_task_has_a_name_and_every_module_its_full_one(role: Path) -> None:
    """Sabotage: write `apt:` instead of `ansible.builtin.apt:`."""
    for path in yaml_files(role):
        if path.parent.name not in {"tasks", "handlers"}:
            continue
        for task in tasks_of(read(path)):
            place = f"{path.relative_to(REPOSITORY)}: {task}"
            assert task.get("name"), place
            assert "block" in task or any(
                "." in key or key.startswith("townhall_") or key in _OWN for key in task
            ), place


_OWN = {path.stem for path in (REPOSITORY / "roles").rglob("library/*.py")}


@by_role
def test_every_role_has_a_scenario(role: Path) -> None:
    """Sabotage: delete molecule/<role>/molecule.yml."""
    if role.name == "derived_values":
        pytest.skip("it asserts on the controller and touches no host")
    assert (REPOSITORY / "molecule" / role.name / "molecule.yml").exists()


@by_role
def test_a_role_comes_only_after_roles_of_the_catalogue(role: Path) -> None:
    """Sabotage: write `after: [antivirus]` into meta/townhall.yml."""
    said = read(role / "meta" / "townhall.yml") or {}
    assert isinstance(said, dict)
    after = [*said.get("after", ()), *said.get("installs_after", ())]
    assert "after" in said or not said.get("installs_after")
    assert set(after) <= {one.name for one in ROLES} - {role.name}
