"""What the demo left behind is whole, stable and the same for plain Ansible."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.contracts.role_files import ROLES, read
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Townhall, run

Apply = Callable[[], set[tuple[str, str]]]


def test_every_check_of_the_whole_town_passes_over_the_network(townhall: Townhall) -> None:
    """Sabotage: stop kea-dhcp4-server on lab-dhcp1."""
    done = townhall("verify", "--scope", "town", "--json")
    verdict = json.loads(done.stdout)
    assert [check for check in verdict["checks"] if check["outcome"] != "passed"] == []
    assert len(verdict["checks"]) > 30
    assert done.returncode == 0


def test_a_second_apply_has_nothing_to_do(units_applied: Apply) -> None:
    """Sabotage: let a key depend on the time."""
    assert units_applied() == set()


def test_plain_ansible_finds_nothing_to_change() -> None:
    """Sabotage: render one argument differently in the inventory plugin."""
    done = run("ansible-playbook", "-i", str(TOWN), "playbooks/site.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    changed = dict(re.findall(r"^(\S+)\s*: ok=\d+\s+changed=(\d+)", done.stdout, re.M))
    assert changed
    assert {host: count for host, count in changed.items() if count != "0"} == {}


def test_images_hold_no_package_that_a_role_installs() -> None:
    """Sabotage: add chrony to the image's package list."""
    packages = {name for role in ROLES for name in package_names(role)}
    listed = run("townhall", "lab", "packages")
    assert listed.returncode == 0, listed.stderr
    assert len(packages) > 15
    assert packages & set(listed.stdout.split()) == set()


def package_names(role: object) -> list[str]:
    """The Debian packages that a role installs."""
    found = read(REPOSITORY / "roles" / role.name / "vars/main.yml") or {}  # type: ignore[attr-defined]
    return [name for key, names in found.items() if key.endswith("_packages") for name in names]  # type: ignore[attr-defined]
