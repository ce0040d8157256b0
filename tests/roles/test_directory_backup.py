"""townhall-directory-backup keeps only what was restored and compared; Samba is a double here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.roles.taking_back import REPOSITORY

NAME = "townhall-directory-backup"
TOOL = REPOSITORY / f"roles/domain_controller/templates/usr/local/sbin/{NAME}.j2"
DOUBLES = {
    "ldb.py": "SCOPE_SUBTREE = 2\nclass LdbError(Exception): ...\n",
    "samba/__init__.py": "",
    "samba/auth.py": "def system_session(): ...\n",
    "samba/param.py": "class LoadParm:\n    def load(self, path): open(path).close()\n",
    "samba/samdb.py": """
import json, re
from types import SimpleNamespace
class Entry(dict):
    dn = property(lambda self: self["dn"])
class SamDB:
    def __init__(self, url, lp, session_info):
        self.holds = json.load(open(url))
    def get_domain_sid(self):
        return self.holds["sid"]
    def search(self, base, scope, expression, attrs, controls):
        kind = re.search(r"objectClass=(\\w+)", expression)[1]
        entries = self.holds["entries"].get(kind, {}).items()
        return [Entry(dn=dn, unicodePwd=[password.encode()]) for dn, password in entries]
""",
    "samba-tool": """#!/bin/sh -e
cd "$HOME"
[ ! -e "fails-$1-$3" ] || { echo "first"; echo "$1 does not want to" >&2; exit 1; }
case "$1 $3" in
  "domain offline")
    number=$(($(cat number 2>/dev/null || echo 100) + 1)); echo $number >number
    tar -C var/lib/samba -cf "${4#--targetdir=}/samba-backup-$number.tar.bz2" .
    ;;
  "domain restore")
    target=${5#--targetdir=}
    mkdir -p "$target/state" "$target/etc"; touch "$target/etc/smb.conf"
    tar -C "$target" -xf "${4#--backup-file=}"; mv "$target/sysvol" "$target/state/"
    [ ! -e other ] || cp other "$target/private/sam.ldb"
    sed -i 's/"old"/"new"/' "$target/private/sam.ldb"
    ! [ -e unruly ] || rm -r "$target/state/sysvol/policy"
    ;;
esac
""",
}
HOLDS = {
    "sid": "S-1-5-21-1",
    "entries": {
        "user": {"CN=Mirjana": "one", "CN=Petar": "two", "CN=krbtgt,CN=Users": "old"},
        "computer": {"CN=lab-pc-0001": "three"},
        "groupPolicyContainer": {"CN={31B2F340}": ""},
    },
}


@dataclass(frozen=True)
class Controller:
    """A domain controller below one folder."""

    root: Path

    def write(self, name: str, text: str = "") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        doubles = {"HOME": str(self.root), "PYTHONPATH": str(self.root / "bin")}
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        call = [sys.executable, str(self.root / "bin" / NAME), *words]
        return subprocess.run(
            call, env={**os.environ, **doubles, "PATH": path}, capture_output=True, text=True, check=False
        )

    @property
    def kept(self) -> list[str]:
        """The names in the folder of backups."""
        return sorted(path.name for path in (self.root / "var/backups/townhall-directory").iterdir())

    @property
    def is_fresh(self) -> bool:
        return self("--fresh").stdout.startswith("fresh: ")


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    """One with two people, a machine and a policy."""
    made = Controller(tmp_path)
    text = TOOL.read_text(encoding="utf-8")
    for place in ("/var/lib/samba", "/var/backups", "/etc/samba/smb.conf"):
        text = text.replace(place, f"{tmp_path}{place}")
    for name, body in {**DOUBLES, NAME: text}.items():
        made.write(f"bin/{name}", body)
    made.write("etc/samba/smb.conf")
    made.write("var/lib/samba/private/sam.ldb", json.dumps(HOLDS))
    made.write("var/lib/samba/sysvol/policy/GPT.INI", "[General]\n")
    return made


def test_a_backup_is_kept_for_root_alone_and_is_enough_for_a_day(controller: Controller) -> None:
    """Sabotage: make one whatever is there, or leave the age out of `fresh`."""
    assert not controller.is_fresh
    done = controller()
    assert done.returncode == 0, done.stderr
    assert "3 people, 1 machines" in done.stdout and "1 files" in done.stdout
    assert controller.kept == ["samba-backup-101.tar.bz2", "samba-backup-101.tar.bz2.json"]
    folder = controller.root / "var/backups/townhall-directory"
    assert [path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())] == [0, 0, 0]
    assert controller.is_fresh
    assert controller("--unless-fresh").stdout.startswith("fresh: ")
    proof = folder / controller.kept[1]
    proof.write_text(json.dumps({**json.loads(proof.read_text()), "made": time.time() - 24 * 3600 - 5}))
    assert not controller.is_fresh
    assert controller("--unless-fresh").returncode == 0 and len(controller.kept) == 4


def lose(what: str) -> Callable[[Controller], object]:
    """A restore that gives another directory back than the one that was kept."""
    other = json.loads(json.dumps(HOLDS))
    match what:
        case "domain":
            other["sid"] = "S-1-5-21-2"
        case "person":
            del other["entries"]["user"]["CN=Petar"]
        case "password":
            other["entries"]["user"]["CN=Petar"] = "another"
        case _:
            other["entries"]["computer"]["CN=unknown"] = ""
    return lambda controller: controller.write("other", json.dumps(other))


def put(flag: str) -> Callable[[Controller], object]:
    """A fault that the doubles know."""
    return lambda controller: controller.write(flag)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (put("fails-domain-offline"), "samba-tool domain backup offline failed: first / domain"),
        (put("fails-domain-restore"), "samba-tool domain backup restore failed: "),
        (put("fails-dbcheck--H"), "samba-tool dbcheck --cross-ncs -H failed: "),
        (put("unruly"), "1 files are missing and 0 are other ones"),
        (lose("domain"), "1 domain are missing and 1 are other ones"),
        (lose("person"), "1 people are missing and 0 are other ones"),
        (lose("password"), "1 people are missing and 1 are other ones"),
        (lose("nothing"), "0 machines are missing and 1 are other ones"),
    ],
)
def test_what_cannot_be_restored_is_not_kept(
    controller: Controller, fault: Callable[[Controller], object], said: str
) -> None:
    """The last good one stays. Sabotage: leave out a step of `drill`, a kind, passwords or files."""
    assert controller().returncode == 0
    good = controller.kept
    fault(controller)
    done = controller()
    assert done.returncode == 1
    assert done.stderr.startswith("no backup of the directory was kept: ") and said in done.stderr
    assert controller.kept == good and controller.is_fresh


def test_a_full_disk_stops_it_before_the_first_step(controller: Controller) -> None:
    """Sabotage: leave `hold_room` out."""
    with controller.write("var/lib/samba/private/large.tdb").open("wb") as file:
        file.truncate(1 << 43)
    done = controller()
    assert done.returncode == 1 and "MiB have to be free at" in done.stderr
    assert controller.kept == [] and not (controller.root / "number").exists()


def test_an_archive_that_is_not_what_was_proven_counts_for_nothing(controller: Controller) -> None:
    """Sabotage: leave the digest out of `fresh`."""
    controller()
    with (controller.root / "var/backups/townhall-directory" / controller.kept[0]).open("ab") as file:
        file.write(b"!")
    assert not controller.is_fresh


def test_three_are_kept_and_nothing_of_an_attempt_that_was_cut_short(controller: Controller) -> None:
    """Sabotage: leave `prune` out, at the beginning or at the end."""
    controller.write("var/backups/townhall-directory/unproven/restored/private/sam.ldb", "secrets")
    controller.write("var/backups/townhall-directory/samba-backup-000.tar.bz2", "secrets")
    for _ in range(5):
        assert controller().returncode == 0
    names = [f"samba-backup-{number}.tar.bz2" for number in (103, 104, 105)]
    assert controller.kept == [f"{name}{end}" for name in names for end in ("", ".json")]


def test_a_change_meanwhile_does_no_harm(controller: Controller) -> None:
    """Who joins while it is made may be in it or not. Sabotage: compare with what was before alone."""
    later = json.loads(json.dumps(HOLDS))
    later["entries"]["user"]["CN=Jelena"] = "four"
    tool = controller.root / "bin/samba-tool"
    joins = "cp later var/lib/samba/private/sam.ldb"
    tool.write_text(tool.read_text().replace("tar -C var", f"{joins}; tar -C var"))
    controller.write("later", json.dumps(later))
    done = controller()
    assert done.returncode == 0, done.stderr
    assert "4 people" in done.stdout
