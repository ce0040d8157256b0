"""Machines as folders: a double of all that an apply reaches, which writes down every change and check.

Each runs the very shell commands that townhall sends, with the folders of a machine put in.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from orchestrator.apply.ansible import Job
from orchestrator.apply.devices import ROLES
from orchestrator.apply.fence import Fence
from orchestrator.apply.playbook import FENCE_TASK, STAMP_TASK
from orchestrator.apply.survey import STAMPS
from orchestrator.desired import Desired
from orchestrator.hands import Hands
from orchestrator.model.record import Entry
from orchestrator.model.rendering import UnitRendering
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.pipeline import look
from orchestrator.plan.keys import canonical, current_keys, digest
from orchestrator.reach import Answer
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from tests.apply.playing import Hear, opened_plays, told

RAW = "ansible.builtin.raw"


@dataclass(frozen=True)
class Machines:
    """All machines of a town below one folder; those in `forget` do not hold what was changed.

    The disks of those in `full` are full; `strangers` answer with another key, by what ssh says then;
    the clocks of those in `ahead` go before this machine's by so many seconds.
    """

    root: Path
    town: Path
    forget: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    strangers: dict[str, str] = field(default_factory=dict)
    ahead: dict[str, int] = field(default_factory=dict)

    @property
    def hands(self) -> Hands:
        """What an apply is given."""
        return Hands(lambda _: self, self, self, self.verify)

    def log(self, *words: str) -> None:
        """Write down what happens, in order."""
        with (self.root / "log").open("a", encoding="utf-8") as file:
            file.write(" ".join(words) + "\n")

    def happened(self) -> list[list[str]]:
        """Return all that happened so far, as words."""
        path = self.root / "log"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        """Run each command in its machine's folder."""
        return {host: self._run(host, command) for host, command in commands.items()}

    def _run(self, host: str, command: str) -> Answer:
        folder = self.root / host
        folder.mkdir(exist_ok=True)
        if host in self.strangers:
            return Answer(host, 255, "", self.strangers[host])
        (folder / "machine-id").write_text(f"id-of-{host}\n")
        own = command.replace("/etc/machine-id", str(folder / "machine-id"))
        own = own.replace(STAMPS, str(folder / "units"))
        own = own.replace("/proc/", f"{folder}/proc/").replace("/var/lib/dpkg/", f"{folder}/dpkg/")
        own = own.replace("date +", f"date -d '{self.ahead.get(host, 0)} seconds' +")
        own = own.replace(Fence().kept, str(folder / "fence/kept")).replace(
            Fence().held, str(folder / "fence/held")
        )
        done = subprocess.run(["sh", "-c", own], capture_output=True, text=True, check=False)
        room = "free 12\n" if host in self.full and "df -Pk" in command else ""
        return Answer(host, done.returncode, done.stdout + room, done.stderr, time.time())

    def run(self, job: Job, hear: Hear) -> str:
        """Play as Ansible does: change, then stamp."""
        variables = yaml.load(job.inventory, Loader=_Loader)["all"]["hosts"]  # noqa: S506
        for name, hosts, play in opened_plays(job, hear):
            role = name.split()[1].removesuffix(":")
            commands = {task["name"]: task[RAW] for task in play["tasks"] if RAW in task}
            for host in hosts:
                ask = partial(self._ask, (name, host), commands, variables[host], hear)
                if ask(FENCE_TASK):
                    hear(told("runner_on_start", name, host))
                    self._change(host, role, variables[host]["townhall_keys"][role])
                    hear(told("runner_on_ok", name, host, res={"changed": True}))
                    ask(STAMP_TASK)
        return "successful"

    def _ask(
        self, at: tuple[str, str], commands: Mapping[str, str], variables: Any, hear: Hear, task: str
    ) -> bool:
        """Run one of a play's commands on a host and tell how it ended; none is as good as a good one."""
        command = commands.get(task, "").replace("{{ townhall_fence }}", variables["townhall_fence"])
        for role, key in variables["townhall_keys"].items():
            command = command.replace(f"{{{{ townhall_keys['{role}'] }}}}", key)
        answer = self._run(at[1], command)
        kind = "runner_on_failed" if answer.status else "runner_on_ok"
        hear(told(kind, *at, task, res={"rc": answer.status, "stderr": answer.error}))
        return answer.status == 0

    def _change(self, host: str, role: str, key: str) -> None:
        self.log("change", host, role)
        (self.root / host).mkdir(exist_ok=True)
        (self.root / host / role).write_text(key)

    def differs(self, arguments: Mapping[str, object]) -> bool:
        """Whether a device is not as its arguments say."""
        path = self.root / str(arguments["switch_hostname"]) / "switch"
        return not path.exists() or path.read_text() != digest(canonical(arguments))

    def pending(self, arguments: Mapping[str, object]) -> bool:
        """Whether a device's way back is armed; none is."""
        return False

    def configure(self, arguments: Mapping[str, object]) -> int:
        """Change a device."""
        self._change(str(arguments["switch_hostname"]), "switch", digest(canonical(arguments)))
        return 1

    def verify(
        self, wanted: Desired, root: Path, selection: Selection, heard: Callable[[Check], None]
    ) -> Verdict:
        """See whether each selected unit is on its machine."""
        checks = tuple(
            self._check(unit)
            for unit in wanted.rendering.units
            if selection.includes(unit.host, unit.role) and unit.role != "derived_values"
        )
        return Verdict(checks)

    def _check(self, unit: UnitRendering) -> Check:
        self.log("check", unit.host, unit.role)
        is_there = (self.root / unit.host / unit.role).exists() and unit.host not in self.forget
        return Check("topic", unit.host, unit.role, "it is there", is_there, "", 0.0)

    def settle(self, pending: Iterable[tuple[str, str]]) -> None:
        """Let every unit but these be applied and verified already."""
        prospect = look(self.town)
        keys = current_keys(prospect.wanted.rendering, prospect.code)
        done = {unit: found for unit, found in keys.items() if unit not in set(pending)}
        self.run_all(dict.fromkeys(prospect.wanted.intent.placements, "true"))
        for unit in prospect.wanted.rendering.units:
            if (unit.host, unit.role) in done:
                self._settle(unit, done[unit.host, unit.role][0])
        with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
            ledger.append(
                Entry("verified", "before", host, role, *found, f" id-of-{host}")
                for (host, role), found in sorted(done.items())
            )

    def _settle(self, unit: UnitRendering, key: str) -> None:
        folder = self.root / unit.host
        (folder / "units").mkdir(exist_ok=True)
        is_device = unit.role in ROLES
        (folder / unit.role).write_text(digest(canonical(unit.arguments)) if is_device else key)
        stamp = {"role": unit.role, "key": key, "run": "before", "machine_id": f"id-of-{unit.host}"}
        if not is_device:
            (folder / "units" / f"{unit.role}.json").write_text(json.dumps(stamp) + "\n")

    def state(self) -> dict[str, Any]:
        """Return what is on every machine: each file's text, a stamp without its run."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and path.name != "log" and "fence" not in path.parts:
                text = path.read_text()
                is_stamp = path.suffix == ".json"
                found[str(path.relative_to(self.root))] = (
                    {**json.loads(text), "run": ""} if is_stamp else text
                )
        return found


class _Loader(yaml.CSafeLoader):
    """Reads the run's inventory; what is marked as plain text is text."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
