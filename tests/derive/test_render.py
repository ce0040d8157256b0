"""Arguments that people choose, what cannot be rendered, and how arguments are held against their roles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from orchestrator.derive import derive
from orchestrator.errors import Refused
from orchestrator.model.rendering import Catalogue, Play, Rendering, SecretReference, UnitRendering
from orchestrator.model.source import Source
from orchestrator.model.town import RoleArgument, Town
from orchestrator.render import render
from orchestrator.render.catalogue import parse
from orchestrator.render.specs import mismatches
from orchestrator.render.variables import host_variables
from orchestrator.secret_values import derived_secret
from tests.golden import Golden
from tests.laws.towns import Shape, made

CATALOGUE = parse((Path(__file__).resolve().parents[2] / "playbooks/site.yml").read_text())


def rendered(town: Town, catalogue: Catalogue = CATALOGUE) -> Rendering:
    return render(town, derive(town, catalogue), catalogue)


def chosen(group: str, role: str, name: str, value: object) -> RoleArgument:
    return RoleArgument(group, name, value, Source(f"group_vars/{group}/{role}.yml", 2))


def refusal(town: Town, catalogue: Catalogue = CATALOGUE) -> Refused:
    with pytest.raises(Refused) as caught:
        rendered(town, catalogue)
    return caught.value


def codes(town: Town, catalogue: Catalogue = CATALOGUE) -> set[str]:
    return {problem.code for problem in refusal(town, catalogue).problems}


def test_a_chosen_argument_reaches_the_hosts_of_its_group_and_no_other() -> None:
    """Sabotage: ignore the group of a chosen argument."""
    argument = chosen("dhcp_servers", "dhcp_server", "dhcp_server_lease_seconds", 600)
    found = rendered(replace(made(Shape()), role_arguments=(argument,)))
    having = [(u.host, u.because[-1]) for u in found.units if "dhcp_server_lease_seconds" in u.arguments]
    assert having == [("dhcp1", argument.source)]


def test_a_chosen_secret_becomes_a_reference() -> None:
    """Sabotage: hand the map `{ref: name}` to the role."""
    argument = chosen("servers", "base", "base_token", {"ref": "backup_access"})
    found = rendered(replace(made(Shape()), role_arguments=(argument,)))
    values = [unit.arguments["base_token"] for unit in found.units if "base_token" in unit.arguments]
    assert set(values) == {SecretReference("backup_access", 1)}


def test_a_derived_argument_cannot_be_chosen(golden: Golden) -> None:
    """Sabotage: let the chosen value win."""
    argument = chosen("servers", "base", "base_hostname", "other")
    found = refusal(replace(made(Shape()), role_arguments=(argument,))).problems
    golden("refusals/an_argument_that_is_derived", found[0])


def test_two_groups_of_a_host_cannot_set_one_argument(golden: Golden) -> None:
    """Sabotage: let the later group win."""
    arguments = tuple(chosen(group, "base", "base_admins", []) for group in ("dhcp_servers", "servers"))
    golden("refusals/an_argument_of_two_groups", refusal(replace(made(Shape()), role_arguments=arguments)))


def test_a_missing_secret_or_server_is_refused_with_every_problem_at_once(golden: Golden) -> None:
    """Sabotage: raise at the first unit that cannot be rendered."""
    town = made(Shape())
    secrets = {name: secret for name, secret in town.secrets.items() if name != "computer_join"}
    groups = {**town.groups, "backup_servers": ()}
    found = refusal(replace(town, secrets=secrets, groups=groups)).problems
    first = {problem.code: problem for problem in reversed(found)}
    assert len(found) > len(first)
    golden("refusals/a_missing_secret_and_a_missing_server", Refused(first.values()))


def test_a_role_meets_a_host_in_one_play_only(golden: Golden) -> None:
    """Sabotage: let the later play's arguments win."""
    plays = [Play(n, f"play {n}", group, ("base",), True, True) for n, group in enumerate(("servers", "all"))]
    found = refusal(made(Shape()), Catalogue(tuple(plays))).problems
    assert {problem.code for problem in found} == {"TH-CATALOGUE-TWICE"}
    golden("refusals/a_role_in_two_plays", found[0])


def test_paths_of_a_connection_begin_at_the_project() -> None:
    """Sabotage: leave them relative; Ansible would look in the current folder."""
    variables = host_variables(rendered(made(Shape())), PurePosixPath("/srv/project"))["dc1"]
    assert variables["ansible_ssh_private_key_file"] == "/srv/project/build/made/key"
    assert "UserKnownHostsFile=/srv/project/build/made/known" in str(variables["ansible_ssh_common_args"])
    assert "StrictHostKeyChecking=yes" in str(variables["ansible_ssh_common_args"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"r_a": "x", "r_l": [{"n": 1}]}, []),
        ({"r_a": SecretReference("s", 1), "r_l": []}, []),
        ({"r_a": None, "r_l": []}, []),
        ({"r_l": []}, ["r_a"]),
        ({"r_a": 1, "r_l": []}, ["r_a"]),
        ({"r_a": "z", "r_l": []}, ["r_a"]),
        ({"r_a": "x", "r_l": [{"n": True}]}, ["r_l[0].n"]),
        ({"r_a": "x", "r_l": [{}]}, ["r_l[0].n"]),
        ({"r_a": "x", "r_l": [], "r_other": 1}, ["r_other"]),
        ({"r_a": "x", "r_l": "text"}, ["r_l"]),
    ],
)
def test_arguments_are_held_against_the_role(
    arguments: dict[str, object], expected: list[str], golden: Golden
) -> None:
    """Sabotage: take true for a number, or let an undeclared argument pass."""
    options: dict[str, dict[str, object]] = {
        "r_a": {"type": "str", "required": True, "choices": ["x", SecretReference("s", 1)]},
        "r_l": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {"n": {"type": "int", "required": True}},
        },
    }
    unit = UnitRendering("host", "r", 0, arguments, ())
    found = list(mismatches(unit, options))
    assert [problem.value for problem in found] == expected
    if arguments == {"r_a": "z", "r_l": []}:
        golden("refusals/an_argument_that_does_not_fit", found[0])


def test_a_derived_password_is_long_mixed_and_its_purposes_own() -> None:
    """Sabotage: cut it to eight letters, or leave the purpose out of the digest."""
    found = {derived_secret("master", f"join pc-{number}") for number in range(200)}
    assert len(found) == 200
    for password in found:
        classes = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())
        assert all(any(of_class(letter) for letter in password) for of_class in classes)
        assert len(password) >= 24
    with pytest.raises(ValueError, match="master"):
        derived_secret("", "purpose")
