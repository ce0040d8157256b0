"""The port to Ansible: one run of a playbook through ansible-runner's Python interface."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from orchestrator.errors import UsageError
from orchestrator.reach import PROJECT, control_directory

ACCELERATED_CORES = ("2.19.", "2.21.")
_LEASHED = Path(__file__).with_name("leashed")
_ACTIONS = Path(__file__).parents[1] / "ansible_plugins" / "action"


@dataclass(frozen=True, slots=True)
class Job:
    """What Ansible is to run; `vault_files` hold the encrypted values that its templates name.

    The run ends early when `is_cancelled` says so.
    """

    folder: Path
    inventory: str
    playbook: str
    vault_files: tuple[Path, ...] = ()
    accelerate: bool = False
    hosts: int = 1
    is_cancelled: Callable[[], bool] = bool


class Ansible(Protocol):
    """Runs a job and tells every event; returns the runner's own word for how it ended."""

    def run(self, job: Job, hear: Callable[[Mapping[str, Any]], bool]) -> str:
        """Run a job to its end."""


@dataclass(frozen=True, slots=True)
class Runner:
    """ansible-runner on this machine, with the settings and roles of a project."""

    project: Path = PROJECT

    def run(self, job: Job, hear: Callable[[Mapping[str, Any]], bool]) -> str:
        """Run a job to its end; `successful` is the only good word."""
        import ansible_runner  # type: ignore[import-untyped]

        job.folder.mkdir(parents=True, exist_ok=True)
        inventory, playbook = job.folder / "inventory.yml", job.folder / "playbook.yml"
        inventory.write_text(job.inventory, encoding="utf-8")
        playbook.write_text(job.playbook, encoding="utf-8")
        ran = ansible_runner.interface.run(
            private_data_dir=str(job.folder),
            project_dir=str(self.project),
            inventory=str(inventory),
            playbook=str(playbook),
            cmdline=" ".join(f"-e @{path}" for path in job.vault_files) or None,
            envvars=environment(job, self.project),
            event_handler=hear,
            cancel_callback=job.is_cancelled,
            quiet=True,
        )
        return str(ran.status)


def environment(job: Job, project: Path) -> dict[str, str]:
    """Return the settings of a run on top of ansible.cfg."""
    settings = {
        "PATH": f"{_LEASHED}:{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
        "ANSIBLE_CONFIG": str(project / "ansible.cfg"),
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_INVENTORY_ENABLED": "yaml",
        "ANSIBLE_ACTION_PLUGINS": str(_ACTIONS),
        "ANSIBLE_FORKS": str(forks(job.hosts)),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(control_directory()),
        "ANSIBLE_SSH_CONTROL_PATH": "%(directory)s/%%C",
    }
    if job.accelerate:
        settings |= {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": _mitogen()}
    return settings


def forks(hosts: int) -> int:
    """Return how many hosts are worked on at once: four for each processor, never more than there are."""
    return max(1, min(hosts, 4 * (os.cpu_count() or 1)))


def why_not_accelerated() -> str:
    """Say why mitogen may not carry the tasks here, or nothing: it was tried with some cores only."""
    core = metadata.version("ansible-core")
    if not core.startswith(ACCELERATED_CORES):
        return f"ansible-core {core} was not tried with mitogen; {', '.join(ACCELERATED_CORES)}x were"
    return "" if find_spec("ansible_mitogen") else "mitogen is not installed"


def _mitogen() -> str:
    if reason := why_not_accelerated():
        raise UsageError(f"cannot accelerate: {reason}; leave --accelerate out")
    spec = find_spec("ansible_mitogen")
    return str(Path(str(spec.origin if spec else "")).parent / "plugins" / "strategy")
