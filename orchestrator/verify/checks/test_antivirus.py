"""Signatures go from the town's server to every PC, and a virus is found there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any
from urllib.parse import urlsplit

import pytest

from orchestrator.model.intent import Intent
from orchestrator.verify.checks.timers import DAY, assert_daily
from orchestrator.verify.checks.web import ask

pytestmark = pytest.mark.role("antivirus_client")
on_the_server = pytest.mark.role("antivirus_server")

STATUS = "/var/lib/townhall/antivirus.json"
# In parts, so that no scanner takes this very file for the test virus.
TEST_VIRUS = r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-" + "STANDARD-ANTIVIRUS-" + "TEST-FILE!$H+H*"


@pytest.fixture
def own_address(intent: Intent, machine: Any) -> str:
    """Where the server under check answers."""
    return f"http://{intent.placements[machine.backend.hostname].address}"


@pytest.fixture
def server(intent: Intent, arguments: dict[str, Any], peer: Callable[[str], Any]) -> Any:
    """The machine that the client under check fetches from."""
    address = IPv4Address(urlsplit(arguments["antivirus_client_server"]).hostname or "")
    return peer(next(name for name, place in intent.placements.items() if place.address == address))


@pytest.fixture
def folder(machine: Any) -> Iterator[str]:
    """A folder on the machine that is gone afterwards."""
    path = machine.check_output("mktemp -d")
    yield path
    machine.check_output(f"rm -r {path}")


@on_the_server
def test_the_server_gives_out_the_towns_signatures(
    machine: Any, arguments: dict[str, Any], own_address: str
) -> None:
    """Sabotage: remove a line from /srv/signatures/town.ndb."""
    answer = ask(machine, f"{own_address}/town.ndb")
    assert answer.status == 200
    served = [line for line in answer.text.splitlines() if not line.startswith("#")]
    wanted = arguments["antivirus_server_signatures"]
    assert served == [f"{signature['name']}:0:*:{signature['hex']}" for signature in wanted]


@on_the_server
def test_the_signatures_are_of_a_kind_that_the_scanner_loads(machine: Any) -> None:
    """Sabotage: append `Broken:0:*:zz` to /srv/signatures/town.ndb."""
    machine.check_output("clamscan --quiet --database=/srv/signatures/town.ndb /etc/hostname")


@on_the_server
@pytest.mark.parametrize("path", ["", "index.html", "official/", "town.ndb.bak", "../../etc/hostname"])
def test_nothing_but_signatures_is_served(machine: Any, own_address: str, path: str) -> None:
    """Sabotage: replace `return 404` by `root /srv/signatures; autoindex on` in the site, reload nginx."""
    assert ask(machine, f"{own_address}/{path}").status in {400, 404}


@on_the_server
def test_nobody_changes_signatures_over_http(machine: Any, own_address: str) -> None:
    """Sabotage: remove `limit_except` from the site and reload nginx: the answer is another one."""
    assert ask(machine, f"{own_address}/town.ndb", "PUT").status == 403


def test_the_pc_fetches_the_signatures_that_the_server_has(
    machine: Any, arguments: dict[str, Any], server: Any
) -> None:
    """Sabotage: stop nginx on the server, or point freshclam.conf elsewhere."""
    databases = arguments["antivirus_client_databases"]
    files = " ".join(shlex.quote(f"/var/lib/clamav/{name}") for name in databases)
    machine.check_output(f"rm -f {files} && systemctl start townhall-antivirus@update.service")
    for name in databases:
        here = machine.file(f"/var/lib/clamav/{name}").sha256sum
        assert here == server.file(f"/srv/signatures/{name}").sha256sum


def test_the_pc_takes_what_the_server_has_even_when_its_own_copy_is_younger(
    machine: Any, arguments: dict[str, Any], server: Any
) -> None:
    """Sabotage: remove `add_header Last-Modified` from the server's site and reload nginx."""
    name = arguments["antivirus_client_databases"][0]
    path = shlex.quote(f"/var/lib/clamav/{name}")
    machine.check_output(f"echo 'Old:0:*:00112233445566' > {path} && touch -d tomorrow {path}")
    machine.check_output("systemctl start townhall-antivirus@update.service")
    assert (
        machine.file(f"/var/lib/clamav/{name}").sha256sum == server.file(f"/srv/signatures/{name}").sha256sum
    )


def test_the_age_of_the_signatures_can_be_proven(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: remove /var/lib/townhall/antivirus.json, or set its date back by two days."""
    status = json.loads(machine.file(STATUS).content_string)
    clock = datetime.fromtimestamp(int(machine.check_output("date +%s")), UTC)
    assert (clock - datetime.fromisoformat(status["signatures_fetched"])).total_seconds() < DAY
    for name in arguments["antivirus_client_databases"]:
        assert status["update"]["databases"][name] == machine.file(f"/var/lib/clamav/{name}").sha256sum


def test_a_virus_is_found_and_a_clean_file_is_not(machine: Any, folder: str) -> None:
    """Sabotage: empty /var/lib/clamav/town.ndb but for a comment."""
    machine.check_output(f"printf %s {shlex.quote(TEST_VIRUS)} > {folder}/virus; date > {folder}/clean")
    found = machine.run(f"clamscan --infected --no-summary {folder}")
    assert found.rc == 1
    assert [line.split(": ")[0] for line in found.stdout.splitlines()] == [f"{folder}/virus"]
    assert "Eicar" in found.stdout
    assert machine.run(f"clamscan --no-summary {folder}/clean").rc == 0


@pytest.mark.parametrize("job", ["update", "scan"])
def test_signatures_and_scans_are_due_within_a_day(machine: Any, job: str) -> None:
    """Sabotage: systemctl disable --now townhall-antivirus@update.timer or @scan.timer."""
    assert_daily(machine, f"townhall-antivirus@{job}.timer")


def test_no_pc_asks_the_official_servers_on_its_own(machine: Any) -> None:
    """Sabotage: systemctl unmask clamav-freshclam.service."""
    for unit in ("clamav-freshclam.service", "clamav-freshclam-once.timer", "clamav-freshclam-once.service"):
        assert machine.run(f"systemctl is-enabled {unit}").stdout.strip() == "masked"
