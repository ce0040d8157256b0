"""S-23: what opens the whole town stays with the hosts that hold it up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.desired import PROJECT, following
from orchestrator.errors import Refused
from orchestrator.load import load_text
from orchestrator.load.files import read_files
from orchestrator.load.problems import Problems
from orchestrator.model.rendering import SecretReference
from orchestrator.model.rules import tier_of
from tests.golden import Golden
from tests.load.towns import SPECS, changed, lab_files


def references(value: object) -> Iterator[str]:
    """The secrets that a value names."""
    if isinstance(value, SecretReference):
        yield value.name
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


@pytest.mark.parametrize("name", ["lab", "stari_grad"])
def test_no_host_of_a_lower_tier_is_given_a_secret_of_tier_0(name: str) -> None:
    """Sabotage: join PCs with the administrator's password."""
    town = load_text(read_files(PROJECT / "inventories" / name, Problems()))
    highest = {secret.name for secret in town.secrets.values() if secret.tier == 0}
    assert highest
    given = {
        (unit.host, secret)
        for unit in following(town).rendering.units
        for secret in references(dict(unit.arguments))
        if secret in highest
    }
    assert given
    assert {host for host, _ in given if tier_of(town.hosts[host].groups) != 0} == set()


def test_a_line_that_gives_one_to_pcs_is_refused(golden: Golden) -> None:
    """Sabotage: resolve any reference for any host."""
    line = "backup_client_password: {ref: directory_administrator}\n"
    files = changed(lab_files(), {"write": {"group_vars/workstations/backup_client.yml": line}})
    with pytest.raises(Refused) as refused:
        following(load_text(files, None, SPECS))
    golden("refusals/a_secret_of_tier_0_for_pcs", refused.value)


def test_a_line_that_gives_one_to_a_controller_is_not(tmp_path: Path) -> None:
    """Sabotage: refuse every reference to tier 0."""
    line = "domain_controller_administrator_password: {ref: directory_administrator}\n"
    files = changed(lab_files(), {"write": {"group_vars/domain_controllers/domain_controller.yml": line}})
    with pytest.raises(Refused) as refused:
        following(load_text(files, None, SPECS))
    assert {problem.code for problem in refused.value.problems} == {"TH-ARGUMENT-DERIVED"}
