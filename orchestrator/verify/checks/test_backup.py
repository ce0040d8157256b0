"""Every PC is backed up daily, gets its files back, and can delete nothing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.model.intent import Intent
from orchestrator.verify.checks.timers import assert_daily
from orchestrator.verify.checks.web import ask

pytestmark = pytest.mark.role("backup_client")
on_the_server = pytest.mark.role("backup_server")

SETTINGS = "/etc/default/townhall-backup"


@pytest.fixture
def folder(machine: Any, arguments: dict[str, Any]) -> Iterator[str]:
    """A folder inside what is backed up, gone afterwards."""
    parent = (arguments.get("backup_client_paths") or ["/root"])[0]
    path = machine.check_output(f"mktemp -d {parent}/townhall-check.XXXXXX")
    yield path
    machine.check_output(f"rm -r {path}")


@pytest.fixture
def repository(machine: Any, arguments: dict[str, Any]) -> str:
    """Address of the machine's own repository; fails at once, where restic tries for 15 minutes."""
    address = f"http://{arguments['backup_client_server']}"
    assert ask(machine, f"{address}/").status == 401
    return f"{address}/{arguments['backup_client_name']}"


def back_up(machine: Any) -> None:
    """Run the daily backup now."""
    machine.check_output("systemctl start townhall-backup.service")


def snapshots(machine: Any) -> list[str]:
    """Every snapshot of the machine, oldest first."""
    return [entry["id"] for entry in json.loads(machine.check_output("townhall-backup snapshots --json"))]


@pytest.mark.usefixtures("repository")
def test_a_changed_file_is_backed_up_and_comes_back_byte_for_byte(machine: Any, folder: str) -> None:
    """Sabotage: remove the folder from the paths in /usr/local/sbin/townhall-backup."""
    first, second = (secrets.token_hex(2000) for _ in range(2))
    machine.check_output(f"printf %s {first} > {folder}/file")
    back_up(machine)
    machine.check_output(f"printf %s {second} > {folder}/file")
    back_up(machine)
    machine.check_output(f"mv {folder}/file {folder}/wanted")
    machine.check_output(f"townhall-backup restore latest --include {folder}/file --target {folder}/back")
    machine.check_output(f"cmp {folder}/wanted {folder}/back{folder}/file")
    assert machine.file(f"{folder}/back{folder}/file").content_string == second


@pytest.mark.usefixtures("repository")
def test_the_repository_is_whole(machine: Any) -> None:
    """Sabotage: remove a file under data/ of the repository on the server."""
    machine.check_output("townhall-backup check --quiet")


def test_the_machine_cannot_delete_its_backups(machine: Any, repository: str) -> None:
    """Sabotage: remove --append-only from /etc/default/restic-rest-server on the server, restart it."""
    back_up(machine)
    before = snapshots(machine)
    # restic says 0 although the server refused: what counts is what is still there.
    refused = machine.run(f"townhall-backup forget {before[-1]}")
    assert "403" in refused.stderr
    assert snapshots(machine) == before
    for kind, name in (("snapshots", before[-1]), ("data", "0" * 64)):
        assert ask(machine, f"{repository}/{kind}/{name}", "DELETE", SETTINGS).status == 403


def test_the_machine_cannot_reach_the_backups_of_another(
    machine: Any, arguments: dict[str, Any], intent: Intent
) -> None:
    """Sabotage: remove --private-repos from /etc/default/restic-rest-server on the server, restart it."""
    own = arguments["backup_client_name"]
    other = next(name for name in intent.backup_clients if name != own)
    for path in (f"{other}/config", f"{other}/snapshots/", "config"):
        answer = ask(machine, f"http://{arguments['backup_client_server']}/{path}", settings=SETTINGS)
        assert answer.status in {401, 403}, path


def test_nobody_reaches_backups_without_a_password(machine: Any, repository: str) -> None:
    """Sabotage: add --no-auth to /etc/default/restic-rest-server on the server, restart it."""
    assert ask(machine, f"{repository}/config").status == 401


def test_the_next_backup_is_due_within_a_day(machine: Any) -> None:
    """Sabotage: systemctl disable --now townhall-backup.timer."""
    assert_daily(machine, "townhall-backup.timer")


def test_only_root_reads_the_passwords(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: chmod 644 /etc/default/townhall-backup, or set the password in the unit's Environment."""
    settings = machine.file(SETTINGS)
    assert (settings.user, settings.mode) == ("root", 0o600)
    shown = machine.check_output(
        "systemctl show townhall-backup.service; cat /usr/local/sbin/townhall-backup"
    )
    assert arguments["backup_client_password"] not in shown
    assert arguments["backup_client_encryption_password"] not in shown


@on_the_server
def test_exactly_the_towns_machines_have_a_password(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: add a line to /etc/restic-rest-server/users.htpasswd."""
    file = machine.file("/etc/restic-rest-server/users.htpasswd")
    lines = [line.split(":") for line in file.content_string.splitlines()]
    assert [name for name, _ in lines] == sorted(
        client["name"] for client in arguments["backup_server_clients"]
    )
    assert all(digest.startswith("$2b$") for _, digest in lines)
    assert file.mode == 0o640


@on_the_server
def test_the_server_only_adds_and_keeps_machines_apart(machine: Any) -> None:
    """Sabotage: remove --append-only from /etc/default/restic-rest-server and restart the server."""
    process = machine.process.get(comm="restic-rest-ser")
    assert {"--append-only", "--private-repos"} <= set(process.args.split())
    assert "--no-auth" not in process.args
    assert process.user == "restic-rest-server"


@on_the_server
def test_the_server_asks_for_a_password(machine: Any, intent: Intent) -> None:
    """Sabotage: add --no-auth to /etc/default/restic-rest-server and restart the server."""
    address = intent.placements[machine.backend.hostname].address
    for path in ("", "config", f"{intent.backup_clients[0]}/config"):
        assert ask(machine, f"http://{address}:8000/{path}").status == 401


@on_the_server
def test_only_the_server_reads_the_repositories(machine: Any) -> None:
    """Sabotage: chmod 755 /srv/backup."""
    folder = machine.file("/srv/backup")
    assert (folder.user, folder.mode) == ("restic-rest-server", 0o700)
