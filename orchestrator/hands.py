"""How an apply reaches the machines of a town."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.apply.ansible import Ansible, Runner
from orchestrator.apply.devices import Devices, Switches
from orchestrator.desired import Desired
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.reach import Shell, Ssh, write_ssh_config
from orchestrator.verify import verify


def ssh(wanted: Desired) -> Ssh:
    """Return the shell of every machine of a town."""
    config = write_ssh_config(wanted.town, wanted.intent)
    return Ssh(config, become=wanted.town.connection.user != "root")


@dataclass(frozen=True, slots=True)
class Hands:
    """Shell, Ansible, devices and checks; a test gives doubles."""

    shell: Callable[[Desired], Shell] = ssh
    ansible: Ansible = field(default_factory=Runner)
    devices: Devices = field(default_factory=Switches)
    verify: Callable[[Desired, Path, Selection, Callable[[Check], None]], Verdict] = verify
