"""A unit's key is only true when a role reads nothing but what it declares."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contracts.role_files import REPOSITORY, ROLES, Use, declared, read, tasks_of, uses, yaml_files

REFUSED_NAMES = {
    "hostvars", "groups", "group_names", "vars", "now", "lookup", "query", "q", "env", "environ",
    "inventory_hostname", "inventory_hostname_short", "inventory_dir", "inventory_file", "playbook_dir",
    "ansible_play_hosts", "ansible_play_batch", "ansible_play_hosts_all", "ansible_date_time",
}  # fmt: skip
REFUSED_KEYWORDS = {"delegate_to", "delegate_facts", "run_once", "ignore_errors", "include_role",
                    "import_role",
                    "ansible.builtin.include_role", "ansible.builtin.import_role", "include_vars",
                    "ansible.builtin.include_vars", "vars_files"}  # fmt: skip
ALWAYS_ALLOWED = {"role_path", "ansible_check_mode", "ansible_facts", "omit", "item", "loop", "ansible_loop",
                  "ansible_managed"}  # fmt: skip
HELPER = re.compile(r"\{\{ __(\w+?)_probe\['from'\] \}\}")
"""A host that an argument names may be asked to try something; nothing is read of it."""
by_role = pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)


def foreign(role: Path, found: list[Use]) -> list[str]:
    """The uses that are neither declared, nor internal, nor allowed anywhere."""
    own = set(declared(role)) | ALWAYS_ALLOWED
    internal = f"__{role.name}_"
    return [
        f"{use.place}: {use.name}"
        for use in found
        if not use.name.startswith(("|", internal)) and (use.name not in own or use.name in REFUSED_NAMES)
    ]


@by_role
def test_a_role_reads_only_what_it_declares(role: Path) -> None:
    """Sabotage: use `inventory_hostname` or an undeclared variable in a template of any role."""
    assert foreign(role, list(uses(role))) == []


@by_role
def test_a_role_uses_no_keyword_that_reaches_outside_it(role: Path) -> None:
    """Sabotage: add `delegate_to: localhost` to a task, or a dependency to meta/main.yml."""
    found = [
        f"{path.relative_to(REPOSITORY)}: {keyword}"
        for path in yaml_files(role)
        for task in tasks_of(read(path))
        for keyword in sorted(REFUSED_KEYWORDS & set(task))
        if not (keyword == "delegate_to" and HELPER.fullmatch(str(task[keyword])))
    ]
    meta = read(role / "meta" / "main.yml")
    assert isinstance(meta, dict)
    assert found == []
    assert not meta.get("dependencies")


@by_role
def test_task_files_are_included_by_a_fixed_name_inside_the_role(role: Path) -> None:
    """Sabotage: include_tasks with a name that holds a variable or leads out of the role."""
    found = []
    for path in yaml_files(role):
        for task in tasks_of(read(path)):
            for keyword in ("ansible.builtin.include_tasks", "ansible.builtin.import_tasks", "include_tasks"):
                target = task.get(keyword)
                name = target.get("file") if isinstance(target, dict) else target
                if name and ("{{" in str(name) or ".." in str(name) or str(name).startswith("/")):
                    found.append(f"{path.relative_to(REPOSITORY)}: {name}")
    assert found == []


@by_role
def test_only_listed_facts_are_read(role: Path) -> None:
    """Sabotage: read ansible_facts['default_ipv4'] in a role whose meta/townhall.yml does not list it."""
    listed = set((read(role / "meta" / "townhall.yml") or {}).get("facts") or [])  # type: ignore[attr-defined]
    text = "\n".join(path.read_text() for path in role.rglob("*") if path.suffix in {".yml", ".j2"})
    used = set()
    for part in text.split("ansible_facts")[1:]:
        used.add(part.lstrip("[.\"'").split("'")[0].split('"')[0].split(".")[0].split("]")[0].split()[0])
    assert used <= listed
