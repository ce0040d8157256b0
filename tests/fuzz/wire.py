"""What Ansible would send to a machine that runs Windows: a connection that only writes down."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.plugins import loader as plugins
from ansible.plugins.connection import ConnectionBase
from ansible.template import Templar, trust_as_template

LOADER = DataLoader()
NORMAL = "ansible.legacy.normal"
ready = cache(plugins.init_plugin_loader)
"""Lets Ansible find what collections hold; once a process is enough."""


class Sent(NamedTuple):
    """The command line that is run on the machine, and what is written to its standard input."""

    command: str
    data: bytes


class _Wire(ConnectionBase):  # type: ignore[misc]
    """Speaks as WinRM does, to nobody."""

    transport = ansible_name = _load_name = "wire"
    module_implementation_preferences = (".ps1", ".exe", "")
    has_pipelining = always_pipeline_modules = True
    allow_executable = False
    sent: Sent

    def _connect(self) -> _Wire:
        return self

    def exec_command(self, cmd: str, in_data: bytes, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        self.sent = Sent(cmd, in_data)
        return 0, b'{"changed": false}', b""

    def put_file(self, in_path: str, out_path: str) -> None:
        raise AssertionError(f"{out_path} would be a file on the machine")

    def fetch_file(self, in_path: str, out_path: str) -> None:
        raise AssertionError(f"{in_path} would be asked for")

    def close(self) -> None:
        """Nothing was opened."""


@cache
def _shell() -> Any:
    ready()
    shell = plugins.get_shell_plugin(shell_type="powershell")
    shell.set_options()
    return shell


def sent(module: str, written: Mapping[str, Any], variables: Mapping[str, Any]) -> Sent:
    """What a task sends: its options as a role writes them, the variables as a town's lines give them."""
    shell, context = _shell(), PlayContext()
    play = Play.load(
        {"hosts": "pc", "gather_facts": False, "tasks": [{module: dict(written)}]}, loader=LOADER
    )
    task = next(task for block in play.compile() for task in block.block if task.action == module)
    templar = Templar(loader=LOADER, variables=dict(variables))
    task.args = templar.template(_trusted(written))
    wire = _Wire(context, shell=shell)
    name = module if plugins.action_loader.has_plugin(module) else NORMAL
    action = plugins.action_loader.get(
        name,
        task=task,
        connection=wire,
        play_context=context,
        loader=LOADER,
        templar=templar,
        shared_loader_obj=plugins,
    )
    action.run(task_vars=dict(variables))
    return wire.sent


def _trusted(written: Any) -> Any:
    if isinstance(written, Mapping):
        return {name: _trusted(inner) for name, inner in written.items()}
    if isinstance(written, list):
        return [_trusted(inner) for inner in written]
    return trust_as_template(written) if isinstance(written, str) else written
