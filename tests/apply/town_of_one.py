"""A project with one tiny role and one machine, which is a folder of this one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.apply import code
from orchestrator.apply.ansible import Runner
from orchestrator.apply.fence import Fence
from orchestrator.apply.fences import bearer, fenced
from orchestrator.apply.fencing import Fencing
from orchestrator.apply.journal import Recorder
from orchestrator.apply.lock import holder, identity
from orchestrator.apply.run import apply
from orchestrator.apply.stamps import Stamps
from orchestrator.apply.survey import survey
from orchestrator.apply.tools import Order, Tools
from orchestrator.model.outcome import Outcome
from orchestrator.model.plan import Observation, Plan
from orchestrator.model.rendering import Catalogue, Play, Rendering, UnitRendering
from orchestrator.model.verdict import Verdict
from orchestrator.plan import plan
from orchestrator.reach import PROJECT, Answer, Shell
from orchestrator.record import Ledger

HOST = "machine"
PLAY = Play(1, "Machines are probed", "machines", ("probe",), False, True)
TASKS = """
- name: The setting is there
  ansible.builtin.copy: {content: "{{ probe_text }}", dest: "{{ probe_folder }}/setting", mode: "0644"}
  notify: Take the setting over
- {name: Something slow goes on, ansible.builtin.command: "sleep {{ probe_seconds }}", changed_when: false}
- {name: Handlers run now, ansible.builtin.meta: flush_handlers}
"""
HANDLERS = """
- name: Take the setting over
  ansible.builtin.command: "cp {{ probe_folder }}/setting {{ probe_folder }}/in-force"
  changed_when: true
"""
CONFIG = "[defaults]\nroles_path = roles\nforce_handlers = true\n"


class HereShell:
    """A machine's shell, on this machine."""

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run each command here."""
        return {host: self._run(host, command, timeout) for host, command in commands.items()}

    def _run(self, host: str, command: str, timeout: float) -> Answer:
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, timeout=timeout, check=False
        )
        return Answer(host, done.returncode, done.stdout, done.stderr)


HERE = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}


@dataclass(frozen=True)
class TownOfOne:
    """The project and its ledger below one folder; the machine is a folder here or on another host.

    Each `control` is a control machine with a ledger of its own.
    """

    root: Path
    host: str = HOST
    shell: Shell = field(default_factory=HereShell)
    connection: Mapping[str, object] = field(default_factory=lambda: HERE)
    control: str = "one"

    @classmethod
    def create(cls, root: Path, *machine: Any) -> TownOfOne:
        """Write the project's files."""
        role = root / "roles" / "probe"
        for name, text in {"tasks/main.yml": TASKS, "handlers/main.yml": HANDLERS}.items():
            (role / name).parent.mkdir(parents=True, exist_ok=True)
            (role / name).write_text("---" + text)
        (root / "ansible.cfg").write_text(CONFIG)
        (root / "orchestrator").mkdir(parents=True)
        (root / "orchestrator" / "secret_values.py").write_text("")
        town = cls(root, *machine)
        town.shell.run_all({town.host: f"mkdir -p {town.folder}"})
        return town

    @property
    def folder(self) -> str:
        """The machine's folder."""
        return str(self.root / "machine")

    @property
    def stamps(self) -> Stamps:
        """Where the machine keeps its stamps."""
        return Stamps(f"{self.folder}/units")

    def rendering(self, text: str, seconds: float = 0) -> Rendering:
        """Return the town's only unit with its arguments."""
        arguments = {
            "probe_text": text,
            "probe_seconds": seconds,
            "probe_folder": self.folder,
        }
        unit = UnitRendering(self.host, "probe", 1, arguments, ())
        return Rendering("one", (unit,), {self.host: self.connection})

    @property
    def code(self) -> code.CodeDigests:
        """Return the digests of the project."""
        return code.code_digests(Catalogue((PLAY,)), self.root)

    def observed(self) -> dict[str, Observation]:
        """Ask the machine."""
        return survey(self.shell, [self.host], {}, self.stamps.folder)

    def plan(self, rendering: Rendering) -> Plan:
        """Plan against ledger and stamps."""
        return plan(rendering, self.code, self.ledger.state(), self.observed())

    @property
    def ledger(self) -> Ledger:
        """The town's ledger, opened."""
        return Ledger(self.root / f"{self.control}.sqlite")

    @property
    def fence(self) -> Fence:
        """Where the machine keeps its fence."""
        return Fence(f"{self.folder}/fence", f"{self.folder}/run")

    def apply(
        self, rendering: Rendering, run: str, accelerate: bool = False, recorder: Recorder | None = None
    ) -> Outcome:
        """Plan and apply; `recorder` writes instead of the ledger."""
        ledger = self.ledger
        observed = self.observed()
        planned = plan(rendering, self.code, ledger.state(), observed)
        order = Order(run, self.root / "runs" / run, observed, accelerate=accelerate)
        lock, roles = identity(ledger.path), {self.host: tuple(unit.role for unit in planned.units)}
        told = bearer(run, lock, holder(f"apply by {self.control}"))
        with fenced(Fencing(told, self.shell, roles, fence=self.fence, stamps=self.stamps)) as fences:
            tools = Tools(
                shell=self.shell,
                recorder=recorder or ledger,
                prove=lambda _: Verdict(()),
                ansible=Runner(self.root),
                handlers=lambda role: code.handler_names(role, self.root),
                stamps=self.stamps,
                fences=fences,
            )
            return apply(planned, rendering, self.code, order, tools)

    def read(self, name: str) -> str:
        """Return a file of the machine, or nothing where it is missing."""
        command = f"cat {self.folder}/{name} 2>/dev/null; true"
        return self.shell.run_all({self.host: command})[self.host].output


def main(root: str, text: str, seconds: str) -> None:
    """Apply once; a test runs this as a process of its own and kills it."""
    town = TownOfOne(Path(root))
    town.apply(town.rendering(text, float(seconds)), "killed")


__all__ = ["PROJECT", "TownOfOne", "main"]
