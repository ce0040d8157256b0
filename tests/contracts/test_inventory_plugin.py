"""What the inventory plugin refuses, and that only references to secrets are templates."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ansible.vars.reserved import get_reserved_names

from orchestrator.desired import PROJECT
from orchestrator.load.host_files import KEYS
from orchestrator.load.reserved import ANSIBLE_WORDS
from orchestrator.load.schema.files import FILES


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A copy of the lab's inventory."""
    root = tmp_path / "lab"
    shutil.copytree(PROJECT / "inventories/lab", root, ignore=shutil.ignore_patterns("secrets_tier*"))
    return root


def ansible(*words: str, vault: str = "/nonexistent") -> subprocess.CompletedProcess[str]:
    """One call of an Ansible command with the project's settings."""
    environment = {**os.environ, "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg"), "TOWNHALL_VAULT_DIR": vault}
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=PROJECT, env=environment)


def append(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_inventory_that_is_refused_stops_ansible_with_place_and_remedy(lab: Path) -> None:
    """Sabotage: let the plugin warn instead of raising."""
    append(lab / "hosts/workstations.yml", "198.18.10.51", "198.18.77.51")
    done = ansible("ansible-inventory", "-i", str(lab), "--list")
    assert done.returncode != 0
    assert "hosts/workstations.yml:3" in done.stderr
    assert "remedy:" in done.stderr


def test_ansible_reads_the_lab_without_a_warning(lab: Path) -> None:
    """Sabotage: move the list `always` of policy.yml out of `rules`; Ansible keeps that word for itself."""
    done = ansible("ansible-inventory", "-i", str(lab), "--list")
    assert done.returncode == 0
    assert done.stderr == ""


def test_no_key_that_people_write_is_a_word_of_ansible() -> None:
    """Sabotage: take a word out of reserved.py, or give a file of group_vars the section `tags`."""
    assert get_reserved_names() <= ANSIBLE_WORDS
    keys = {field.alias or name for file in FILES.values() for name, field in file.model_fields.items()}
    assert not {*keys, *KEYS} & ANSIBLE_WORDS


def test_an_inventory_without_hosts_stops_ansible(lab: Path) -> None:
    """Sabotage: accept zero hosts; a play over nothing would then succeed."""
    shutil.rmtree(lab / "hosts")
    assert ansible("ansible-inventory", "-i", str(lab), "--list").returncode != 0


def test_a_derived_value_that_is_set_by_hand_stops_ansible(lab: Path) -> None:
    """Sabotage: overwrite what stands in the host's line."""
    (lab / "hosts/zz.yml").write_text("workstations: {hosts: {lab-pc-0001: {base_fqdn: elsewhere}}}\n")
    assert ansible("ansible-inventory", "-i", str(lab), "--list").returncode != 0


def test_secrets_are_templates_and_nothing_else_is(lab: Path, tmp_path: Path) -> None:
    """Sabotage: mark every string of the plugin as a trusted template."""
    vault = tmp_path / "vault"
    vault.mkdir()
    for tier in ("tier0", "tier1"):
        (vault / tier).write_text("a password for this test\n")
    call = (
        "ansible-vault",
        "encrypt_string",
        "--encrypt-vault-id",
        "tier1",
        "--name",
        "secret_computer_join",
        "m",
    )
    sealed = ansible(*call, vault=str(vault))
    assert sealed.returncode == 0, sealed.stderr
    (lab / "group_vars/all/secrets_tier1.yml").write_text(sealed.stdout)
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([_play()]))
    done = ansible("ansible-playbook", "-i", str(lab), str(play), vault=str(vault))
    assert done.returncode == 0, done.stdout + done.stderr


def _play() -> dict[str, object]:
    from orchestrator.secret_values import derived_secret

    secret = derived_secret("m", "join lab-pc-0001")
    that = [f"domain_member_join_password == '{secret}'", "base_hostname == 'lab-pc-0001'"]
    task = {"ansible.builtin.assert": {"that": that}}
    return {"hosts": "lab-pc-0001", "gather_facts": False, "connection": "local", "tasks": [task]}


def test_text_that_looks_like_a_template_stays_text() -> None:
    """Sabotage: pass every string through trust_as_template."""
    from ansible.template import is_trusted_as_template

    from orchestrator.ansible_plugins.inventory.townhall import _for_ansible
    from orchestrator.model.rendering import SecretReference

    found = _for_ansible({"a": ["{{ 7 * 7 }}"], "b": SecretReference("computer_join", 1, "join x")})
    assert isinstance(found, dict)
    assert not is_trusted_as_template(found["a"][0])
    assert is_trusted_as_template(found["b"])


def test_the_vault_client_gives_the_password_or_a_throw_away(tmp_path: Path) -> None:
    """Sabotage: print an empty line where there is no password; Ansible would then die for every reader."""
    client = str(PROJECT / "orchestrator/ansible_plugins/vault/secret-client")
    (tmp_path / "tier0").write_text("the password\n")
    known = ansible(client, "--vault-id", "tier0", vault=str(tmp_path))
    unknown = [ansible(client, "--vault-id", "tier9", vault=str(tmp_path)).stdout for _ in range(2)]
    assert known.stdout == "the password\n"
    assert unknown[0] != unknown[1]
    assert len(unknown[0]) > 20
    assert ansible(client, "--vault-id", "../tier0", vault=str(tmp_path)).returncode == 64
