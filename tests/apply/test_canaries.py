"""Secrets that can be opened, and nothing that Townhall writes or prints holds one of them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from orchestrator.apply.as_yaml import as_yaml, playbook_yaml
from orchestrator.apply.code import handler_names
from orchestrator.apply.gate import Gates
from orchestrator.apply.playbook import Author, inventory, run_plays
from orchestrator.cli.main import run
from orchestrator.model.rendering import SecretReference
from orchestrator.pipeline import look
from orchestrator.plan.keys import canonical, digest
from orchestrator.prospect import Prospect
from orchestrator.reach import PROJECT
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.role_specs import read_options
from orchestrator.secret_values import derived_secret

CANARY = "canary-{}-nobody-may-see-me"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab whose secrets are canaries, with the passwords that open them at hand."""
    root, vault = tmp_path / "lab", tmp_path / "vault"
    shutil.copytree(
        PROJECT / "inventories/lab", root, ignore=lambda _folder, names: {n for n in names if "tier" in n}
    )
    vault.mkdir()
    monkeypatch.setenv("TOWNHALL_STATE", str(tmp_path))
    monkeypatch.setenv("TOWNHALL_VAULT_DIR", str(vault))
    for secret in look(root).wanted.town.secrets.values():
        tier = f"tier{secret.tier}"
        (vault / tier).write_text("open sesame\n")
        with (root / f"group_vars/all/secrets_{tier}.yml").open("a") as file:
            file.write(encrypted(secret.name, tier))
    return root


def encrypted(name: str, tier: str) -> str:
    """A canary's line as ansible-vault writes it."""
    vault = VaultLib([(tier, VaultSecret(b"open sesame"))])
    text = vault.encrypt(CANARY.format(name), vault_id=tier).decode().strip()
    return f"secret_{name}: !vault |\n" + "".join(f"  {line}\n" for line in text.splitlines())


def canaries(prospect: Prospect) -> set[str]:
    """Every secret's value, and every password that follows from one."""
    units = prospect.wanted.rendering.units
    named = {one for unit in units for one in references(unit.arguments)}
    masters = {CANARY.format(one.name) for one in named}
    return masters | {derived_secret(CANARY.format(one.name), one.purpose) for one in named if one.purpose}


def references(value: Any) -> Iterator[SecretReference]:
    """Every secret that arguments refer to."""
    if isinstance(value, SecretReference):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from references(inner)


def given_to_ansible(prospect: Prospect) -> str:
    """The inventory and the playbook of a run with every pending unit."""
    rendering, plays = prospect.wanted.rendering, run_plays(prospect.plan.waves, prospect.code.plays)
    arguments = {(unit.host, unit.role): unit.arguments for unit in rendering.units}
    hosts = inventory(prospect.plan.units, arguments, rendering.connections)
    return as_yaml(hosts) + playbook_yaml(Author("run", handler_names, Gates(Path("run"))).playbook(plays))


def remembered(prospect: Prospect) -> str:
    """All that a ledger holds after the arguments of every unit were written into it."""
    path = ledger_path(prospect.wanted.town)
    texts = [canonical(unit.arguments) for unit in prospect.wanted.rendering.units]
    with closing(Ledger(path)) as kept:
        kept.append([], {digest(text): text for text in texts})
    with closing(sqlite3.connect(path)) as opened:
        return "".join(opened.iterdump())


def test_no_secret_is_in_a_plan_the_ledger_or_what_ansible_is_given(
    lab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sabotage: let `SecretReference.template` or `_plain` of orchestrator/plan/keys.py give a value."""
    prospect = look(lab)
    for words in (
        ["plan"],
        ["plan", "--json"],
        ["show", "lab-pc-0001", "--json"],
        ["explain", "lab-pc-0001"],
    ):
        run([*words, "-i", str(lab)])
    said = capsys.readouterr()
    texts = [given_to_ansible(prospect), remembered(prospect), said.out + said.err]
    assert "derived_secret" in texts[0]
    assert ["backup_access" in text for text in texts] == [True] * 3
    secrets = canaries(prospect)
    assert len(secrets) > 10
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def secret_places(options: Any, value: Any) -> Iterator[tuple[str, ...]]:
    """Where arguments hold a secret that their specification does not declare `no_log`."""
    for name, inner in value.items():
        said = options[name]
        if said.get("no_log"):
            continue
        if isinstance(inner, SecretReference):
            yield (name,)
        for one in inner if isinstance(inner, list | tuple) else [inner]:
            if isinstance(one, SecretReference):
                yield (name,)
            elif isinstance(one, Mapping) and "options" in said:
                yield from ((name, *rest) for rest in secret_places(said["options"], one))
            elif any(references(one)):
                yield (name, "...")


def test_every_argument_that_holds_a_secret_is_declared_so(lab: Path) -> None:
    """Sabotage: take `no_log` off any argument."""
    units = look(lab).wanted.rendering.units
    options = read_options({unit.role for unit in units})
    holding = {unit.role for unit in units if any(references(unit.arguments))}
    assert holding == {"backup_client", "backup_server", "directory", "domain_controller", "domain_member"}
    assert {place for unit in units for place in secret_places(options[unit.role], unit.arguments)} == set()
