"""On the living lab: a line goes and nothing of the PC is left; a merge brings it back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.desired import desired
from orchestrator.reach import Answer, Ssh, write_ssh_config
from tests.lab_e2e.conftest import REPOSITORY, TOWN, Townhall, run

PC = "lab-pc-0003"
ADDRESS = "198.18.10.53"
HOSTS, PEOPLE = "hosts/workstations.yml", "group_vars/all/people.yml"
HELPERS = {"lab-sw2", "lab-fw1", "lab-dc1", "lab-backup1", "lab-dhcp1"}
SCRIPT = REPOSITORY / "docs/how-to/without-a-forge/townhall-apply"
LOOK_UP = (
    "python3 -c 'import dns.message, dns.query; "
    f'print(dns.query.udp(dns.message.make_query("{PC}.lab.townhall.test", "A"), "OWN", timeout=2).answer)\''
)


@dataclass(frozen=True)
class Lines:
    """Both files as they were and without the PC."""

    whole: dict[str, str]
    less: dict[str, str]

    def write(self, folder: Path, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The PC's line and its person's; they stand there again afterwards."""
    whole = {name: (TOWN / name).read_text() for name in (HOSTS, PEOPLE)}
    (line,) = re.findall(rf"^ +{PC}:.*\n", whole[HOSTS], re.MULTILINE)
    marked = whole[PEOPLE].replace('post: "благајник"}', 'post: "благајник", without_pc: "handed back"}')
    assert marked != whole[PEOPLE]
    found = Lines(whole, {HOSTS: whole[HOSTS].replace(line, ""), PEOPLE: marked})
    yield found
    found.write(TOWN, whole)


def ask(host: str, command: str) -> Answer:
    """Run a command on a machine of the lab."""
    wanted = desired(TOWN)
    own = str(wanted.town.hosts[host].address)
    return Ssh(write_ssh_config(wanted.town, wanted.intent)).run(host, command.replace("OWN", own))


def is_enabled() -> bool:
    """Whether the PC's account in the directory is; it has to be there."""
    said = ask("lab-dc1", f"samba-tool computer show {PC} --attributes=userAccountControl").output
    found = re.search(r"userAccountControl: (\d+)", said)
    assert found, said
    return not int(found[1]) & 2


def git(*words: str) -> None:
    """Run git with a name."""
    named = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run([*named, *words], check=True, capture_output=True)


def test_a_pc_without_a_line_is_gone_everywhere_and_a_merge_brings_it_back(
    townhall: Townhall, lines: Lines, tmp_path: Path
) -> None:
    """Sabotage: leave the removal of unwanted accounts out of the role directory."""
    kept = ask("lab-backup1", f"ls /srv/backup/{PC}/snapshots").output
    assert kept.strip(), "the PC was never backed up: nothing would be proven"
    assert ADDRESS in ask("lab-dc1", LOOK_UP).output
    lines.write(TOWN, lines.less)
    done = townhall("apply", "--yes", "--json")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    document = json.loads(done.stdout)
    assert document["retired"] == [PC]
    assert {unit["host"] for unit in document["units"]} == HELPERS

    assert PC not in ask("lab-backup1", "cat /etc/restic-rest-server/users.htpasswd").output
    assert ask("lab-backup1", f"ls /srv/backup/{PC}/snapshots").output == kept
    assert PC not in ask("lab-dhcp1", "cat /etc/kea/kea-dhcp4.conf").output
    assert ADDRESS not in ask("lab-fw1", "nft list table inet townhall").output
    assert ADDRESS not in ask("lab-dc1", LOOK_UP).output
    assert not is_enabled()
    assert townhall("plan").returncode == 0

    told = merged(tmp_path, lines)
    assert "**Applied and proven**" in told, told
    assert ADDRESS in ask("lab-dc1", LOOK_UP).output
    assert is_enabled()
    proven = run("townhall", "verify", "--host", PC, "-i", str(tmp_path / "served/clone/inventories/lab"))
    assert proven.returncode == 0, proven.stdout[-3000:]


def merged(folder: Path, lines: Lines) -> str:
    """Merge the PC's line into a bare repository, let the timer's script run, and give what it told."""
    work, bare = folder / "work", folder / "town.git"
    town = work / "inventories/lab"
    shutil.copytree(TOWN, town)
    shutil.copytree(REPOSITORY / ".ci", work / ".ci")
    (work / "Makefile").write_text("setup:\n\t@true\n")
    git("init", "-q", "-b", "main", str(work))
    git("-C", str(work), "add", "-A")
    git("-C", str(work), "commit", "-q", "-m", "the town")
    git("clone", "-q", "--bare", str(work), str(bare))
    lines.write(town, lines.whole)
    git("-C", str(work), "commit", "-q", "-a", "-m", "one line")
    git("-C", str(work), "push", "-q", str(bare), "main")
    settings = {**os.environ, "TOWNHALL_TOWNS": "lab"}
    call = [str(SCRIPT), str(bare), "main", str(folder / "served")]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=settings)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return (folder / "served/told/lab.md").read_text()
