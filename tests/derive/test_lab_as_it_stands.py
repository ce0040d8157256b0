"""The whole lab, role by role: every argument of every host as golden text, secrets as references."""

from __future__ import annotations

import os

import pytest

from orchestrator.render.role_arguments import BUILDERS
from tests.derive.plain import plain, text
from tests.derive.test_cases import REPOSITORY, lab

FOLDER = REPOSITORY / "tests/cases/render"


@pytest.mark.parametrize("role", sorted(BUILDERS))
def test_the_arguments_of_a_role_on_every_host_of_the_lab(role: str) -> None:
    """Sabotage: give an access port as a trunk, or let a domain controller ask another one first."""
    units = (unit for unit in lab()[1].units if unit.role == role)
    found = text({unit.host: plain(dict(unit.arguments)) for unit in units})
    expected = FOLDER / f"{role}.json"
    if os.environ.get("TOWNHALL_WRITE_CASES"):
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(found)
    assert found == expected.read_text()


def test_every_host_is_reached_at_its_own_control_address() -> None:
    """Sabotage: reach every host at the gateway of its network."""
    connections = lab()[1].connections
    assert {host: values["ansible_host"] for host, values in connections.items()} == {
        "lab-av1": "198.19.20.14",
        "lab-backup1": "198.19.20.15",
        "lab-dc1": "198.19.20.11",
        "lab-dc2": "198.19.20.12",
        "lab-dhcp1": "198.19.20.13",
        "lab-fw1": "198.19.99.1",
        "lab-pc-0001": "198.19.10.51",
        "lab-pc-0002": "198.19.11.51",
        "lab-sw1": "198.19.99.2",
        "lab-sw2": "198.19.99.3",
    }
