"""A town in a bare repository, an admin's clone, the runner's, and machines that do as they are told."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.apply.ansible import Job
from orchestrator.apply.playbook import STAMP_TASK
from orchestrator.desired import Desired, desired
from orchestrator.ground import Footing
from orchestrator.hands import Hands
from orchestrator.lab.secrets import ensure_secrets
from orchestrator.model.verdict import Check, Selection, Verdict
from orchestrator.pipeline import Done, Options, apply_town
from orchestrator.prospect import Prospect
from orchestrator.reach import Answer, Shell
from orchestrator.record import Ledger
from orchestrator.record.place import ledger_path
from tests.apply.playing import opened_plays, told
from tests.forge.repository import TOWN, LabRepository

PC = '    lab-pc-0003: {mac: "52:54:00:12:00:03", address: 198.18.10.53, socket: "A-103-2", person: m.petrovic, platform: debian13}\n'  # noqa: E501
ADDED = {
    "append": {"hosts/workstations.yml": PC},
    "replace": {"group_vars/all/people.yml": {', without_pc: "PC ordered"': ""}},
}

HELPED = {"lab-sw2", "lab-fw1", "lab-dc1", "lab-backup1", "lab-dhcp1"}
"""The hosts that a PC's line touches beside the PC."""


@dataclass
class Doubles:
    """Every unit that was run, and hosts that fail; nobody answers a question."""

    ran: list[tuple[str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    failing_checks: bool = False
    cut_off: bool = False
    said: str = "broken"

    @property
    def hands(self) -> Hands:
        return Hands(lambda _: self, self, self, self.tried)

    def run_all(self, commands: Mapping[str, str], timeout: float = 60) -> dict[str, Answer]:
        return {host: Answer(host, 255, "", "") for host in commands}

    def run(self, job: Job, hear: Callable[[Mapping[str, Any]], bool]) -> str:
        for name, hosts, _ in opened_plays(job, hear):
            for host in hosts:
                kind = "runner_on_failed" if host in self.broken else "runner_on_ok"
                for event in ("runner_on_start", kind):
                    hear(told(event, name, host, STAMP_TASK, res={"msg": self.said}))
                self.ran.append((host, name.split()[1].rstrip(":")))
        return "successful"

    def differs(self, arguments: Mapping[str, object]) -> bool:
        return False

    def pending(self, arguments: Mapping[str, object]) -> bool:
        return False

    def configure(self, arguments: Mapping[str, object]) -> int:
        self.ran.append((str(arguments["switch_hostname"]), "switch"))
        return 1

    def tried(
        self, wanted: Desired, inventory: Path, selection: Selection, heard: Callable[[Check], None]
    ) -> Verdict:
        if self.cut_off:
            raise RuntimeError("the controller is gone")
        check = Check("dhcp", "", "dhcp_server", "leases come", not self.failing_checks, "no lease", 0.1)
        return Verdict((check,) if selection.units else ())


class MergedTown:
    """`admin` is where people commit, `runner` where what was merged is applied."""

    def __init__(self, folder: Path) -> None:
        self.admin = LabRepository(folder / "admin")
        reach = self.admin.inventory / "group_vars/all/connection.yml"
        reach.write_text(reach.read_text().replace("build/lab/ssh", "/etc/townhall/ssh"))
        secrets = desired(self.admin.inventory).town.secrets.values()
        ensure_secrets(secrets, self.admin.inventory, folder / "vault")
        (self.admin.folder / "Makefile").write_text("setup:\n\t@true\n")
        self.admin.commit("secrets")
        self.bare = folder / "town.git"
        _git("clone", "-q", "--bare", str(self.admin.folder), str(self.bare))
        self.admin.git("remote", "add", "origin", str(self.bare))
        self.admin.git("fetch", "-q")
        self.runner = folder / "runner"
        _git("clone", "-q", str(self.bare), str(self.runner))
        self.doubles = Doubles()

    @property
    def inventory(self) -> Path:
        """The runner's."""
        return self.runner / TOWN

    def merge(self, change: Mapping[str, Any], message: str = "a request") -> str:
        """Commit a change on main and push it."""
        self.admin.edit(change)
        commit = self.admin.commit(message)
        self.admin.git("push", "-q", "origin", "main")
        self.admin.git("fetch", "-q")
        return commit

    def merge_by_force(self, change: Mapping[str, Any]) -> None:
        """Commit a change upon another history than that on the server."""
        self.admin.edit(change)
        self.admin.commit("other history")
        self.admin.git("push", "-q", "--force", "origin", "main")

    def clone_anew(self) -> None:
        """Let the runner begin with what the server has now."""
        _git("-C", str(self.bare), "reflog", "expire", "--expire=now", "--all")
        _git("-C", str(self.bare), "gc", "-q", "--prune=now")
        shutil.rmtree(self.runner)
        _git("clone", "-q", f"file://{self.bare}", str(self.runner))

    def update(self) -> str:
        """Bring the runner's clone to what is merged."""
        _git("-C", str(self.runner), "fetch", "-q", "origin")
        _git("-C", str(self.runner), "checkout", "-q", "--detach", "origin/main")
        return _git("-C", str(self.runner), "rev-parse", "HEAD")

    def update_by_force(self) -> str:
        """The same, over edits that nobody committed."""
        _git("-C", str(self.runner), "checkout", "-q", "--force", "HEAD")
        return self.update()

    def apply(
        self,
        footing: Footing | None = None,
        root: Path | None = None,
        agreed: Callable[[Prospect], bool] = bool,
        **options: Any,
    ) -> Done | None:
        """Apply, without a question unless one is given; `ran` then holds what this apply ran."""
        self.doubles.ran.clear()
        given = Options(footing=footing or Footing(), hands=self.doubles.hands, **options)
        return apply_town(root or self.inventory, agreed, given)

    def ledger(self) -> Ledger:
        """The town's ledger."""
        return Ledger(ledger_path(desired(self.inventory).town))


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


__all__ = ["ADDED", "Doubles", "MergedTown", "Shell"]
