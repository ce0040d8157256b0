"""R11 on a living domain: the one that stays is asked, and keeps the other until a backup was restored."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestrator.apply.controllers import ask_controllers
from orchestrator.desired import Desired
from orchestrator.hands import ssh
from orchestrator.plan.departure import CONTROLLER
from tests.lab_e2e.conftest import TOWN, at_the_console, run

STAYS, LEAVES = "lab-dc1", "lab-dc2"
BACKUP, KEPT = "townhall-directory-backup", "/var/backups/townhall-directory"
RESTORED = f"{KEPT}/unproven/restored"
IN_FRONT = "/usr/local/sbin/samba-tool"
DAMAGE = f"dd if=/dev/zero of=$(echo {KEPT}/unproven/samba-backup-*) bs=1k seek=20 count=20 conv=notrunc"
PLAY = {"hosts": "domain_controllers", "gather_facts": False, "roles": ["domain_controller", "directory"]}


@pytest.fixture(scope="module")
def town_without_it(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town without the line of the controller that leaves; the other one has no backup yet."""
    assert at_the_console(STAYS, f"rm -rf {KEPT}").returncode == 0
    root = shutil.copytree(TOWN, tmp_path_factory.mktemp("town") / "lab")
    for file in (root / "hosts").iterdir():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if f" {LEAVES}: {{" not in line), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def arguments(wanted: Desired) -> dict[str, Any]:
    """What the controller that stays is told of the domain while both are there."""
    units = wanted.rendering.units
    return next(dict(unit.arguments) for unit in units if (unit.host, unit.role) == (STAYS, CONTROLLER))


@contextmanager
def after(step: str, fault: str) -> Iterator[None]:
    """Let something happen on the controller whenever Samba's own tool has done a step."""
    text = f'/usr/bin/samba-tool "$@" || exit\ncase "$*" in "{step}"*) {fault} ;; esac\n'
    write = f"cat >{IN_FRONT} <<'END'\n#!/bin/sh\n{text}END\nchmod +x {IN_FRONT}"
    assert at_the_console(STAYS, write).returncode == 0
    try:
        yield
    finally:
        at_the_console(STAYS, f"rm {IN_FRONT}")


@contextmanager
def no_room() -> Iterator[None]:
    """A small disk is mounted where backups are kept."""
    assert at_the_console(STAYS, f"mkdir -p {KEPT} && mount -t tmpfs -o size=2m tmpfs {KEPT}").returncode == 0
    try:
        yield
    finally:
        at_the_console(STAYS, f"umount {KEPT}")


def backups() -> list[str]:
    """What lies in the folder of backups."""
    return at_the_console(STAYS, f"ls -A {KEPT}").stdout.split()


def retire(root: Path) -> str:
    """What an apply says that takes the controller out; it never gets as far as that here."""
    said = run("townhall", "apply", "--yes", "--retire", LEAVES, "-i", str(root))
    assert said.returncode == 1, said.stdout + said.stderr
    return said.stdout + said.stderr


def test_a_controller_that_was_not_demoted_does_not_leave(wanted: Desired, town_without_it: Path) -> None:
    """Sabotage: leave `_hold_departure` out of `hold_back`."""
    standing = ask_controllers(ssh(wanted), [STAYS])[STAYS]
    assert standing is not None
    assert set(standing.masters.values()) == {STAYS} and len(standing.masters) == 7
    assert {source.partner for source in standing.sources if not source.fails} == {LEAVES}
    assert standing.is_catalogue and not standing.lacking and not standing.has_backup
    said = retire(town_without_it)
    assert "TH-NOT-DEMOTED" in said and "TH-NO-BACKUP" in said


@pytest.mark.usefixtures("town_without_it")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (after("domain backup offline", DAMAGE), "samba-tool domain backup restore failed: "),
        (after("domain backup restore", f"samba-tool user delete m.petrovic -H {RESTORED}/private/sam.ldb"),
         "1 people are missing and 0 are other ones"),
        (after("domain backup restore", f"find {RESTORED}/state/sysvol -name GPT.INI | head -1 | xargs rm"),
         "1 files are missing and 0 are other ones"),
        (no_room(), f"MiB have to be free at {KEPT}"),
    ],
    ids=["damaged", "without a person", "without a policy", "no room"],
)  # fmt: skip
def test_a_backup_that_cannot_be_restored_is_not_kept(fault: Any, said: str) -> None:
    """Sabotage: leave out the restore, the comparison or the question for room."""
    with fault:
        done = at_the_console(STAYS, BACKUP)
        assert done.returncode == 1 and said in done.stderr, done.stdout + done.stderr
        assert backups() == []


@pytest.fixture
def plain(tmp_path: Path, town_without_it: Path) -> Iterator[Any]:
    """Plain Ansible over the one that stays, in a town without the other one; all is as it was after."""
    book = tmp_path / "controllers.yml"
    book.write_text(json.dumps([PLAY]))

    def play(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
        return run("ansible-playbook", "-i", str(root), "--limit", STAYS, str(book), *options)

    yield lambda *options: play(town_without_it, *options)
    back = play(TOWN)
    assert back.returncode == 0, back.stdout + back.stderr


def test_plain_ansible_takes_no_controller_out_without_a_backup(
    plain: Any, arguments: dict[str, Any]
) -> None:
    """Sabotage: leave backup.yml out of the role, or import it after configure.yml."""
    server = arguments["domain_controller_address"]
    (address,) = (peer["address"] for peer in arguments["domain_controller_peers"])

    def is_known() -> tuple[bool, bool]:
        told = at_the_console(STAYS, "cat /etc/krb5.conf").stdout
        found = at_the_console(STAYS, f"dig +short -x {address} @{server}").stdout
        return f"kdc = {address}" in told, found.startswith(f"{LEAVES}.")

    with after("domain backup offline", DAMAGE):
        failed = plain()
    assert failed.returncode == 2 and "no backup of the directory was kept: " in failed.stdout, failed.stdout
    assert is_known() == (True, True) and backups() == []
    tried = plain("--check")
    assert tried.returncode == 0, tried.stdout
    assert is_known() == (True, True) and backups() == []
    done = plain()
    assert done.returncode == 0, done.stdout
    assert is_known() == (False, False)
    archive, proof = backups()
    assert proof == f"{archive}.json"
    assert "changed=0" in plain().stdout and backups() == [archive, proof]
    files = at_the_console(STAYS, f"python3 -m tarfile -l {KEPT}/{archive}").stdout.split()
    assert {"private/sam.ldb", "private/secrets.ldb", "sysvol.tar.gz", "etc/smb.conf"} <= set(files)
    modes = at_the_console(STAYS, f"stat -c '%a %U' {KEPT} {KEPT}/*").stdout.splitlines()
    assert modes == ["700 root", "600 root", "600 root"]


def test_with_a_backup_only_the_demotion_is_missing(wanted: Desired, town_without_it: Path) -> None:
    """Sabotage: let `--fresh` say nothing of a good one, or of one that was changed."""
    assert at_the_console(STAYS, f"{BACKUP} --unless-fresh").returncode == 0
    assert "TH-NO-BACKUP" not in (said := retire(town_without_it)) and "TH-NOT-DEMOTED" in said
    assert at_the_console(STAYS, f"printf x | tee -a {KEPT}/samba-backup-*.bz2").returncode == 0
    standing = ask_controllers(ssh(wanted), [STAYS])[STAYS]
    assert standing is not None and not standing.has_backup
    assert at_the_console(STAYS, f"rm -rf {KEPT}").returncode == 0
