"""Plain Ansible and the orchestrator see the same hosts and the same values."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.desired import PROJECT, desired
from orchestrator.model.rendering import SecretReference
from orchestrator.render.variables import host_variables

INVENTORIES = sorted(path.parent for path in (PROJECT / "inventories").glob("*/townhall.yml"))
by_inventory = pytest.mark.parametrize("root", INVENTORIES, ids=lambda root: root.name)


def as_ansible_sees_it(root: Path) -> dict[str, dict[str, Any]]:
    """The variables of every host, from ansible-inventory."""
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg"),
        "ANSIBLE_INVENTORY_EXPORT": "false",
        "TOWNHALL_VAULT_DIR": "/nonexistent",
    }
    call = ["ansible-inventory", "-i", str(root), "--list"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=PROJECT, env=environment)
    assert done.returncode == 0, done.stderr
    hosts = json.loads(done.stdout)["_meta"]["hostvars"]
    return {host: {name: _plain(value) for name, value in values.items()} for host, values in hosts.items()}


def as_the_orchestrator_sees_it(root: Path) -> dict[str, dict[str, Any]]:
    """Derived values over the people's own: the files for all, for the groups, and the host's line."""
    wanted = desired(root)
    derived = host_variables(wanted.rendering, PROJECT)
    lines = {
        host: line for path in sorted((root / "hosts").glob("*.yml")) for host, line in _lines(_read(path))
    }
    found = {}
    for host, values in derived.items():
        groups = ("all", *wanted.town.hosts[host].groups)
        files = [path for group in groups for path in sorted((root / "group_vars" / group).glob("*.yml"))]
        own = {name: value for path in files if _is_open(path) for name, value in _read(path).items()}
        found[host] = {**own, **lines[host], **{name: _plain(value) for name, value in values.items()}}
    return found


def _is_open(path: Path) -> bool:
    return not path.name.startswith("secrets_tier")


@cache
def _read(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(), yaml.CSafeLoader) or {}


def _lines(tree: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for group in tree.values():
        found += [(host, line or {}) for host, line in (group.get("hosts") or {}).items()]
        found += _lines(group.get("children") or {})
    return found


def _plain(value: Any) -> Any:
    """A reference as the template that Ansible is given, text without Ansible's marks for it."""
    if isinstance(value, SecretReference):
        return value.template
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def test_there_are_inventories_to_compare() -> None:
    """Sabotage: rename townhall.yml of every inventory."""
    assert INVENTORIES


@by_inventory
def test_ansible_and_the_orchestrator_see_the_same_values(root: Path) -> None:
    """Sabotage: set one more variable in the inventory plugin, or leave one out."""
    theirs, ours = as_ansible_sees_it(root), as_the_orchestrator_sees_it(root)
    assert sorted(theirs) == sorted(ours)
    for host, values in ours.items():
        seen = {name: value for name, value in theirs[host].items() if not name.startswith("secret_")}
        assert seen == values, host


@by_inventory
def test_every_role_gets_exactly_the_arguments_that_it_declares(root: Path) -> None:
    """Sabotage: drop an argument in orchestrator/render, or change its type."""
    from orchestrator.role_specs import unfit

    assert [str(problem) for problem in unfit(desired(root).rendering)] == []
