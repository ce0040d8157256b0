"""The ports through which a town's machines are reached, changed and tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.apply.ansible import Ansible, Runner
from orchestrator.apply.devices import Devices, Switches
from orchestrator.desired import Desired
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.reach import Shell, Ssh
from orchestrator.verify import verify


class Trial(Protocol):
    """Tries checks on the machines."""

    def __call__(
        self, wanted: Desired, inventory: Path, selection: Selection, heard: Callable[[Check], None]
    ) -> Verdict:
        """Try the selected checks."""


def _ssh(config: Path, become: bool) -> Shell:
    return Ssh(config, become=become)


@dataclass(frozen=True, slots=True)
class Machines:
    """Real ones, unless a test says otherwise."""

    shell: Callable[[Path, bool], Shell] = _ssh
    ansible: Ansible = field(default_factory=Runner)
    devices: Devices = field(default_factory=Switches)
    trial: Trial = verify
