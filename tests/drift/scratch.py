"""A machine that is a folder: everything that the lab's units of one host answer for stands in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestrator.apply.watched import watched
from orchestrator.apply.witness import question, testimony
from orchestrator.attesting import hints, questions_of
from orchestrator.desired import Desired, desired
from orchestrator.drift import remembered
from orchestrator.model.drift import Attestation, Spot, Testimony, Watch
from orchestrator.reach import PROJECT, Answer

COMMANDS = ("systemctl", "dpkg-query", "dpkg", "apt-mark", "nft", "sshd", "ss", "ip")
ETC = {
    "passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
    "shadow": "root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\n",
    "group": "root:x:0:\nsudo:x:27:\n",
    "machine-id": "0123456789abcdef0123456789abcdef\n",
}
FOLDERS = (
    ".d",
    "/etc/townhall",
    "/locks",
    "/profile",
    "/srv/backup",
    "/srv/signatures",
    "share/townhall",
    "/applications",
)
LINKS = (
    "clamav-freshclam.service",
    "freshclam-once.service",
    "freshclam-once.timer",
    "smbd.service",
    "/localtime",
)
KERNEL = ("kernel/kptr_restrict", "net/ipv4/ip_forward")


@cache
def lab() -> Desired:
    """The lab's town."""
    return desired(PROJECT / "inventories/lab")


@dataclass(frozen=True)
class Scratch:
    """One host of the lab below a folder."""

    host: str
    root: Path

    @classmethod
    def create(cls, host: str, root: Path) -> Scratch:
        """Make everything that the host's units answer for."""
        made = cls(host, root)
        for folder in ("bin", "etc", "root/.ssh", *(f"proc/sys/{Path(name).parent}" for name in KERNEL)):
            (root / folder).mkdir(parents=True, exist_ok=True)
        for name, text in ETC.items():
            (root / "etc" / name).write_text(text)
        for name in KERNEL:
            (root / "proc/sys" / name).write_text("1\n")
        spots = [watch.spot for watches in made.watches.values() for watch in watches if watch.managed]
        spots += [watch.spot for watches in made.watches.values() for watch in watches if not watch.managed]
        for spot in spots:
            _make(root, spot)
        _write_state(root, spots)
        for command in COMMANDS:
            shutil.copy(Path(__file__).with_name("fake_commands.py"), root / "bin" / command)
            (root / "bin" / command).chmod(0o755)
        return made

    @property
    def watches(self) -> dict[str, tuple[Watch, ...]]:
        """What each role of the host answers for; the domain needs a real controller."""
        units = (unit for unit in lab().rendering.units if unit.host == self.host)
        found = {unit.role: watched(unit.role, unit.arguments) for unit in units}
        return {
            role: tuple(one for one in watches if one.spot.kind != "directory")
            for role, watches in found.items()
        }

    def run(self, command: str) -> str:
        """Run a command on the machine."""
        place = f"{self.root}/bin:{os.environ['PATH']}"
        extra = {"ROOT": str(self.root), "PATH": place}
        done = subprocess.run(
            ["sh", "-c", command], env={**os.environ, **extra}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def ask(self, watch: dict[Spot, str | None]) -> Testimony:
        """Ask the machine's witness."""
        return testimony(Answer(self.host, 0, self.run(question(watch, str(self.root))), ""))

    def attest(
        self, earlier: Attestation | None = None, before: Testimony | None = None
    ) -> tuple[Attestation, dict[str, str]]:
        """Attest every unit as applied; return also the texts that may be kept."""
        after = self.ask(questions_of(self.watches, earlier))
        texts = {
            one["digest"]: one["text"]
            for one in after.seen.values()
            if isinstance(one, dict) and "text" in one
        }
        return remembered(self.watches, earlier, before, after), texts

    def testify(self, attestation: Attestation) -> Testimony:
        """Ask for everything that was attested."""
        return self.ask(hints(attestation))


def _make(root: Path, spot: Spot) -> None:
    path = root / spot.name.lstrip("/")
    if spot.kind == "folder":
        path.mkdir(parents=True, exist_ok=True)
    if spot.kind not in {"file", "kernel_file"} or path.exists() or path.is_symlink():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if spot.name.endswith(FOLDERS):
        path.mkdir(mode=0o700)
    elif spot.name.endswith(LINKS):
        path.symlink_to("/dev/null")
    else:
        path.write_text(_source(spot.name))
        path.chmod(0o600)


def _source(path: str) -> str:
    """The role's own template as the file's text: it holds the lines that the seeds change."""
    found = sorted(PROJECT.glob(f"roles/*/templates{path}.j2"))
    return found[0].read_text() if found else f"first line of {path}\n"


def _write_state(root: Path, spots: list[Spot]) -> None:
    state = {
        "units": {
            spot.name: {"load": "loaded", "active": "active", "enabled": "enabled"}
            for spot in spots
            if spot.kind == "unit"
        },
        "packages": {spot.name: ["install", "2.0"] for spot in spots if spot.kind == "package"},
        "tables": {"inet townhall": ["table inet townhall {", "policy drop;", "}"]},
    }
    (root / "state.json").write_text(json.dumps(state))


__all__ = ["Scratch", "lab"]
