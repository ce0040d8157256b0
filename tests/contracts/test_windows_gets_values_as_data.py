"""PowerShell and cmd get values beside a constant script, never inside its text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.contracts.role_files import REPOSITORY, read
from tests.contracts.windows_tasks import TEMPLATED, in_file, in_tasks

FOLDERS = ("roles", "playbooks", "molecule")
TEXT = "a value in the text of"

REFUSED = {
    "{win_shell: 'echo {{ x }}'}": f"{TEXT} the command",
    "{ansible.windows.win_shell: 'echo {% if x %}a{% endif %}'}": f"{TEXT} the command",
    "{ansible.windows.win_shell: echo, args: {chdir: '{{ x }}'}}": f"{TEXT} chdir",
    "{ansible.windows.win_command: {cmd: 'net user {{ x }}'}}": f"{TEXT} cmd",
    "{win_command: {argv: [net, user, '{{ x }}']}}": f"{TEXT} argv",
    "{win_command: , args: {argv: [net, '{{ x }}']}}": f"{TEXT} argv",
    "{ansible.builtin.raw: 'Get-Item {{ x }}'}": f"{TEXT} the command",
    "{ansible.legacy.script: 'join.ps1 -Name {{ x }}'}": f"{TEXT} the command",
    "{script: {cmd: 'join.ps1 {{ x }}'}}": f"{TEXT} cmd",
    "{action: 'win_shell echo {{ x }}'}": f"{TEXT} the command",
    "{local_action: 'raw echo {{ x }}'}": f"{TEXT} the command",
    "{action: {module: ansible.windows.win_command, cmd: 'x {{ x }}'}}": f"{TEXT} cmd",
    "{action: '{{ x }} echo'}": "the module's name is not written out",
    "{action: raw, args: '{{ x }}'}": f"{TEXT} the command",
    "{block: [{always: [{win_shell: '{{ x }}'}]}]}": f"{TEXT} the command",
    "{hosts: pcs, handlers: [{win_shell: '{{ x }}'}]}": f"{TEXT} the command",
    "{hosts: pcs, post_tasks: [{rescue: [{raw: '{{ x }}'}]}]}": f"{TEXT} the command",
    "{ansible.windows.win_powershell: '{{ x }}'}": f"{TEXT} the command",
    "{ansible.windows.win_powershell: {script: 'New-ADUser {{ x }}'}}": f"{TEXT} script",
    "{win_powershell: {path: join.ps1, arguments: ['-Command', '{{ x }}']}}": f"{TEXT} arguments",
    "{win_powershell: {script: a, executable: '{{ x }}'}}": f"{TEXT} executable",
    "{win_powershell: {script: 'param($x) iex $x', parameters: {x: '{{ x }}'}}}": "iex makes text of data",
    "{win_shell: 'pwsh -c -', args: {stdin: '{{ x }}'}}": "pwsh - makes text of data",
    "{block: [], module_defaults: {ansible.windows.win_powershell: {script: '{{ x }}'}}}": f"{TEXT} script",
    "{hosts: pcs, module_defaults: [{group/windows: {script: '{{ x }}'}}]}": f"{TEXT} script",
    "{hosts: pcs, module_defaults: '{{ x }}'}": "the module's name is not written out",
    "{include_tasks: {file: a, apply: {module_defaults: {raw: {free: '{{ x }}'}}}}}": f"{TEXT} free",
    "{community.windows.win_scheduled_task: {actions: [{path: a, arguments: '{{ x }}'}]}}": f"{TEXT} actions",
    "{win_dsc: {resource_name: Script, SetScript: 'Set {{ x }}'}}": f"{TEXT} SetScript",
    "{community.windows.psexec: {executable: cmd.exe, arguments: '/c {{ x }}'}}": f"{TEXT} arguments",
    "{win_reboot: {test_command: 'whoami {{ x }}'}}": f"{TEXT} test_command",
    "{ansible.builtin.command: {argv: [pwsh, -c, '{{ x }}']}}": f"{TEXT} the command",
    "{ansible.builtin.shell: 'powershell.exe {{ x }}'}": f"{TEXT} the command",
    "{ansible.windows.win_template: {src: a.j2, dest: 'C:\\join.ps1'}}": TEMPLATED,
    "{template: {src: a.j2, dest: '{{ x }}\\JOIN.BAT'}}": TEMPLATED,
    "{ansible.windows.win_copy: {content: 'net {{ x }}', dest: 'C:\\join.cmd'}}": TEMPLATED,
    "{community.windows.win_lineinfile: {line: '$a = {{ x }}', path: 'C:\\a.psm1'}}": TEMPLATED,
}
GOOD = (
    "{ansible.windows.win_powershell: {script: 'param($Name) $Name', parameters: {Name: '{{ x }}'}}}",
    "{win_powershell: {script: 'param($P)', sensitive_parameters: [{name: P, value: '{{ x }}'}]}}",
    "{win_powershell: {path: join.ps1, parameters: {script: '{{ x }}'}, chdir: '{{ x }}'}}",
    "{ansible.windows.win_shell: '$input | Out-Null', args: {stdin: '{{ x }}'}}",
    "{ansible.windows.win_shell: Get-Date, when: x is defined}",
    "{microsoft.ad.user: {name: '{{ x }}', path: '{{ x }}'}}",
    "{community.windows.win_scheduled_task: {name: '{{ x }}', actions: [{path: a.exe, arguments: b}]}}",
    "{ansible.windows.win_copy: {src: join.ps1, dest: 'C:\\{{ x }}\\join.ps1'}}",
    "{ansible.windows.win_template: {src: a.json.j2, dest: 'C:\\a.json'}}",
    "{ansible.builtin.command: {argv: [nft, -f, '{{ x }}']}}",
    "{hosts: pcs, vars: {script: '{{ x }}'}, module_defaults: {win_powershell: {parameters: '{{ x }}'}}}",
    "{hosts: pcs, module_defaults: {group/microsoft.ad.domain: {domain_password: '{{ x }}'}}}",
)
FILES = {
    "templates/join.ps1.j2": ("New-ADUser '{{ x }}'\n", [TEMPLATED]),
    "templates/join.BAT.j2": ("#jinja2: variable_start_string:'[%'\nnet user [% x }}\n", [TEMPLATED]),
    "files/join.ps1": ("param($Name)\nInvoke-Expression $Name\n", ["Invoke-Expression makes text of data"]),
    "files/made.psm1": ("[ScriptBlock]::Create($a)\n", ["ScriptBlock]::Create makes text of data"]),
    "files/run.cmd": ("cmd /c %1\n", ["cmd /c makes text of data"]),
    "files/good.ps1": ("param($Name)\nNew-ADUser -Name $Name\n", []),
    "files/hash.ps1": ("$a = @{a = @{b = 1}}; $b = {{1}}\n", []),
    "templates/a.json.j2": ('{"name": "{{ x }}"}\n', []),
}


def found_in(folder: Path) -> Iterator[str]:
    """Every offence below a folder, with its file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            is_yaml = path.suffix in {".yml", ".yaml"}
            for words in (*(in_tasks(read(path)) if is_yaml else ()), *in_file(path)):
                yield f"{path.relative_to(REPOSITORY)}: {words}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_value_is_text_of_a_script(folder: str) -> None:
    """Sabotage: add a task with `ansible.windows.win_shell: "echo {{ base_hostname }}"` to any role."""
    assert [*found_in(REPOSITORY / folder)] == []


@pytest.mark.parametrize(("task", "reason"), REFUSED.items(), ids=str)
def test_a_value_in_text_is_refused_however_the_task_is_written(task: str, reason: str) -> None:
    """Sabotage: leave a module, `args`, `action` or `module_defaults` out of windows_tasks.py."""
    assert {found.rpartition(": ")[2] for found in in_tasks([yaml.safe_load(task)])} == {reason}


@pytest.mark.parametrize("task", GOOD)
def test_values_beside_a_constant_script_are_good(task: str) -> None:
    """Sabotage: take every option of win_powershell for text."""
    assert [*in_tasks([yaml.safe_load(task)])] == []


@pytest.mark.parametrize("name", FILES)
def test_a_script_holds_no_value_and_runs_none(tmp_path: Path, name: str) -> None:
    """Sabotage: look at templates in small letters alone."""
    text, reasons = FILES[name]
    path = tmp_path / Path(name).name
    path.write_text(text, encoding="utf-8")
    assert [*in_file(path)] == reasons
