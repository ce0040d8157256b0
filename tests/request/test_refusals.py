"""A branch may carry whatever it likes: nothing of it runs, and a plan of it is refused or names its code."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from orchestrator.errors import Refused
from tests.golden import Golden
from tests.request.planning import planned
from tests.request.repository import TOWN, Bare, Content

PCS = f"{TOWN}/hosts/workstations.yml"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{last}'] * 9)}]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def script(canary: Path) -> str:
    return f"#!/bin/sh\ntouch {canary}\necho '{{}}'\n"


def python(canary: Path) -> str:
    return f"import pathlib\npathlib.Path({str(canary)!r}).touch()\n"


def line(**more: str) -> str:
    """A new PC's line with hostile values."""
    fields = {"mac": "3c:52:82:66:66:44", "address": "10.20.10.58", "socket": "A-107-2"} | more
    return "    sg-pc-0133: {" + ", ".join(f'{key}: "{value}"' for key, value in fields.items()) + "}\n"


def refused(pcs: str, canary: Path) -> dict[str, dict[str, Content]]:
    """Tricks in the town's own folder: each is refused."""
    pipe = "{{ lookup('pipe', 'true ; true ; touch " + str(canary) + "') }}"
    tag = f"    sg-pc-0133: !!python/object/apply:os.system ['touch {canary}']\n"

    def with_line(text: str) -> dict[str, Content]:
        return {PCS: pcs + text}

    return {
        "an_executable_inventory": {f"{TOWN}/hosts/evil.yml": ("100755", script(canary))},
        "a_script_that_is_not_executable": {f"{TOWN}/hosts/evil.yml": script(canary)},
        "a_python_inventory": {f"{TOWN}/inventory.py": ("100755", python(canary))},
        "another_plugin": {f"{TOWN}/cache.yml": "plugin: advanced_host_list\n"},
        "settings_of_ansible_in_the_town": {f"{TOWN}/ansible.cfg": "[defaults]\nvault_password_file=./x\n"},
        "vars_plugins_in_the_town": {f"{TOWN}/vars_plugins/evil.py": python(canary)},
        "a_lookup_in_a_line": with_line(line(description=pipe)),
        "host_vars": {f"{TOWN}/host_vars/sg-pc-0001.yml": f"x: {pipe!r}\n"},
        "a_connection_setting": with_line(line(ansible_connection="local")),
        "a_proxy_command": with_line(line(ansible_ssh_common_args=f"-o ProxyCommand='touch {canary}'")),
        "another_ssh": with_line(line(ansible_ssh_executable=str(canary))),
        "another_way_to_become_root": with_line(line(ansible_become_exe=str(canary))),
        "a_password_script": {
            f"{TOWN}/group_vars/all/connection.yml": f"vault_password_file: {canary}\n",
        },
        "an_interpreter": {f"{TOWN}/group_vars/workstations/base.yml": "ansible_python_interpreter: /x\n"},
        "signs_that_turn_text_around": with_line(line(description="a\u202eb")),
        "a_quote_that_closes": with_line(line(description="x\\nno aaa new-model")),
        "a_link": {f"{TOWN}/hosts/more.yml": ("120000", "/etc/passwd")},
        "a_folder_that_is_a_link": {f"{TOWN}/group_vars/servers": ("120000", "/etc")},
        "a_python_tag": with_line(tag),
        "an_unsafe_tag": with_line("    sg-pc-0133: !unsafe {mac: x}\n"),
        "a_bomb": {f"{TOWN}/group_vars/servers/base.yml": BOMB},
        "a_second_document": with_line("---\na: 1\n"),
        "another_case": {f"{TOWN}/hosts/Workstations.yml": "x: 1\n"},
        "a_stream_of_another_file": {f"{TOWN}/hosts/a:b.yml": "x: 1\n"},
    }


def named(canary: Path) -> dict[str, dict[str, Content]]:
    """Tricks beside the town: each is named as a change of code, with two approvals."""
    return {
        "settings of Ansible": {"ansible.cfg": "[defaults]\nvault_password_file=./vault.sh\n"},
        "a vault script": {"vault.sh": ("100755", script(canary))},
        "a vars plugin": {"playbooks/vars_plugins/evil.py": python(canary)},
        "a lookup plugin of a role": {"roles/base/lookup_plugins/evil.py": python(canary)},
        "a filter": {"filter_plugins/evil.py": python(canary)},
        "a callback": {"callback_plugins/evil.py": python(canary)},
        "a strategy beside the plays": {"playbooks/strategy_plugins/evil.py": python(canary)},
        "an action of a role": {"roles/base/action_plugins/evil.py": python(canary)},
        "a module": {"library/evil.py": python(canary)},
        "collections to fetch": {"requirements.yml": "collections: [{name: evil, type: git, source: x}]\n"},
        "the packages and checks": {"pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p evil"\n'},
        "module utilities": {"module_utils/evil.py": python(canary)},
        "a collection": {"collections/ansible_collections/a/b/plugins/x.py": python(canary)},
        "a filter of git": {".gitattributes": "*.yml filter=evil diff=evil\n"},
        "hooks": {
            ".githooks/post-checkout": ("100755", script(canary)),
            "hooks/x": ("100755", script(canary)),
        },
        "other repositories": {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c x\n'},
        "CI of GitHub": {".github/workflows/x.yml": "on: push\n"},
        "CI of GitLab": {".gitlab-ci.yml": "x: {script: touch x}\n"},
        "CI of Forgejo": {".forgejo/workflows/x.yml": "on: push\n"},
        "commands": {"Makefile": "all:\n\ttouch x\n"},
        "a hook of commits": {".pre-commit-config.yaml": "repos: []\n"},
        "a lock": {"requirements/dev.txt": "evil==1\n"},
        "the program": {"orchestrator/__init__.py": python(canary)},
        "the catalogue": {"playbooks/site.yml": "- {hosts: \"{{ lookup('pipe', 'touch x') }}\"}\n"},
        "a customisation of Python": {"sitecustomize.py": python(canary), "conftest.py": python(canary)},
        "a program among the documents": {"docs/conf.py": python(canary)},
        "a program of another town": {"inventories/evil/hosts": ("100755", script(canary))},
        "a link beside": {"docs/x.md": ("120000", "/etc/passwd")},
    }


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """The project with every trick that its own repository's settings could help with."""
    made = Bare(tmp_path_factory.mktemp("request") / "bare")
    canary = made.folder.parent / "canary"
    for hook in ("post-checkout", "pre-commit", "reference-transaction", "post-index-change"):
        file = made.folder / "hooks" / hook
        file.write_text(script(canary))
        file.chmod(0o755)
    settings = (
        f'[diff]\n\texternal = touch {canary}\n[diff "evil"]\n\ttextconv = touch {canary}\n'
        f'\tcommand = touch {canary}\n[filter "evil"]\n\tsmudge = touch {canary}\n\tclean = touch {canary}\n'
        f"[core]\n\tfsmonitor = touch {canary}\n\tpager = touch {canary}\n"
    )
    with (made.folder / "config").open("a") as config:
        config.write(settings)
    return made


def canary_of(bare: Bare) -> Path:
    return bare.folder.parent / "canary"


@pytest.mark.parametrize("trick", sorted(refused("", Path("x"))))
def test_a_trick_in_the_data_of_a_branch_is_refused_and_runs_nothing(
    bare: Bare, trick: str, golden: Golden
) -> None:
    """Sabotage: read a revision without looking at modes and names, or load YAML with its tags."""
    canary = canary_of(bare)
    bare.branch(trick, refused(str(bare.files[PCS]), canary)[trick])
    with pytest.raises(Refused) as told:
        planned(bare, trick)
    golden(f"request_refusals/{trick}", told.value, CANARY=str(canary))
    assert not canary.exists()


@pytest.mark.parametrize("trick", sorted(named(Path("x"))))
def test_code_of_a_branch_is_named_with_two_approvals_and_runs_not(bare: Bare, trick: str) -> None:
    """Sabotage: take files of no known kind for harmless, or check the branch out."""
    canary = canary_of(bare)
    changes = named(canary)[trick]
    bare.branch(trick.replace(" ", "-"), changes)
    found = planned(bare, trick.replace(" ", "-"))
    assert {file.path for file in found.files.code} == set(changes)
    assert (found.risk.level, found.risk.approvals, found.is_empty) == ("high", 2, False)
    assert not canary.exists()


def test_all_code_tricks_at_once_run_nothing(bare: Bare) -> None:
    """Sabotage: run the branch's own program for the plan."""
    canary = canary_of(bare)
    changes = {path: text for one in named(canary).values() for path, text in one.items()}
    bare.branch("everything", changes)
    assert {file.path for file in planned(bare, "everything").files.code} == set(changes)
    assert not canary.exists()


def test_the_canary_appears_where_git_is_not_held_back(bare: Bare) -> None:
    """The tricks are real ones: without the settings that hold git back, one of them runs.

    Sabotage: write the canary's name wrong.
    """
    canary = canary_of(bare)
    subprocess.run(
        ["git", "-C", str(bare.folder), "diff", "main", bare.branch("real", {"x": "y"})],
        check=False,
        capture_output=True,
    )
    assert canary.exists()
    canary.unlink()


def test_a_file_made_to_be_slow_is_planned_in_time(bare: Bare) -> None:
    """Lines that repeat make a search for the shortest difference take minutes. Sabotage: raise its limit."""
    bare.branch("slow-base", {"docs/slow.md": "x\n" + "a\nb\n" * 20_000 + "y\n"})
    bare.branch("slow", {"docs/slow.md": "z\n" + "b\na\na\n" * 13_000 + "w\n"}, parent="slow-base")
    began = time.monotonic()
    assert planned(bare, "slow", "slow-base").is_empty
    assert time.monotonic() - began < 20
