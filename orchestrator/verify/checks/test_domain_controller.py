"""Domain controllers: they log people on, keep each other up to date, and refuse what is weak."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from orchestrator.verify.checks.presence import serving
from orchestrator.verify.checks.standard_input import answer
from orchestrator.verify.checks.tickets import complaint
from orchestrator.verify.context import Context

pytestmark = pytest.mark.role("domain_controller")

PATIENCE = 240
PRIVATE = "/var/lib/samba/private"

SIMPLE_BIND = """
import json, socket, sys
address = json.load(sys.stdin)
name, password = b"nobody", b"nothing"
bind = b"\\x02\\x01\\x03\\x04" + bytes([len(name)]) + name + b"\\x80" + bytes([len(password)]) + password
message = b"\\x02\\x01\\x01\\x60" + bytes([len(bind)]) + bind
line = socket.create_connection((address, 389), timeout=5)
line.sendall(b"\\x30" + bytes([len(message)]) + message)
found = line.recv(4096)
print(found[found.index(b"\\x0a\\x01") + 2])
"""
STRONGER_AUTHENTICATION_REQUIRED = 8


def test_the_controller_gives_tickets_by_itself(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Every controller alone is enough to log on.

    Sabotage: `systemctl stop samba-ad-dc` on the controller.
    """
    realm, address = arguments["domain_controller_realm"], arguments["domain_controller_address"]
    password = arguments["domain_controller_administrator_password"]
    host = machine.backend.hostname
    assert complaint(context, host, f"Administrator@{realm}", password, address) == ""


def test_the_controllers_replicate_from_each_other(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Right after a start the last attempt may still be a failed one, hence the patience.

    Sabotage: drop tcp/135 between two controllers with nft and restart one.
    """
    named = {peer["name"].split(".")[0] for peer in arguments["domain_controller_peers"]}
    peers = {host.upper() for host in serving(context, "domain_controller") if host in named}
    end = time.monotonic() + PATIENCE
    while (complaints := _complaints(machine, peers)) and time.monotonic() < end:
        time.sleep(3)
    assert complaints == []


def test_the_directory_takes_no_password_in_clear(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: set `ldap server require strong auth = no` in smb.conf and restart samba-ad-dc."""
    code = answer(context, machine.backend.hostname, SIMPLE_BIND, arguments["domain_controller_address"])
    assert code == STRONGER_AUTHENTICATION_REQUIRED


def test_no_connection_of_the_controller_can_take_a_port_that_samba_needs(machine: Any) -> None:
    """Samba does not start where one of its ports is taken, be it by a connection of its own.

    Sabotage: leave `rpc server dynamic port range` out of smb.conf.
    """
    first, last = map(int, machine.check_output("cat /proc/sys/net/ipv4/ip_local_port_range").split())
    lines = machine.check_output("ss --no-header --listening --numeric --tcp").splitlines()
    ports = {int(line.split()[3].rpartition(":")[2]) for line in lines}
    assert max(ports) > last, "Samba's ports for remote procedure calls are open"
    assert not {port for port in ports if first <= port <= last}


def test_short_passwords_are_refused(machine: Any) -> None:
    """Sabotage: `samba-tool domain passwordsettings set --min-pwd-length=4`."""
    base = machine.check_output(f"ldbsearch -H {PRIVATE}/sam.ldb -s base defaultNamingContext -b ''")
    domain = base.partition("defaultNamingContext: ")[2].split()[0]
    found = machine.check_output(f"ldbsearch -H {PRIVATE}/sam.ldb -s base -b '{domain}' minPwdLength")
    assert int(found.partition("minPwdLength: ")[2].split()[0]) >= 12


def test_the_file_server_of_a_standalone_machine_is_off(machine: Any) -> None:
    """Sabotage: unmask and start smbd."""
    for unit in ("smbd", "nmbd", "winbind"):
        assert not machine.service(unit).is_running, unit
        assert machine.service(unit).is_masked, unit
    assert machine.service("samba-ad-dc").is_enabled


def test_replication_is_looked_after(machine: Any) -> None:
    """A controller that was installed anew has another key, which its partners must come to know.

    Sabotage: `systemctl stop townhall-replication.timer`.
    """
    assert machine.service("townhall-replication.timer").is_running
    assert machine.service("townhall-replication.timer").is_enabled
    assert machine.run("systemctl start townhall-replication.service").rc == 0


def test_every_policy_of_the_directory_lies_at_this_controller(machine: Any) -> None:
    """A PC takes its policies from any controller; Samba itself replicates none of their files.

    Sabotage: leave townhall-sysvol out of townhall-replication.service.
    """
    assert machine.run("systemctl start townhall-replication.service").rc == 0
    named = machine.check_output(f"ldbsearch -H {PRIVATE}/sam.ldb '(objectClass=groupPolicyContainer)' cn")
    wanted = {line.partition(": ")[2] for line in named.splitlines() if line.startswith("cn: ")}
    found = machine.check_output("find /var/lib/samba/sysvol -name GPT.INI -printf '%h\\n'")
    assert wanted and wanted <= {line.rpartition("/")[2] for line in found.splitlines()}
    assert machine.run("samba-tool ntacl sysvolcheck").rc == 0


def _complaints(machine: Any, peers: set[str]) -> list[str]:
    """What replication has to complain about; a peer without a connection is one complaint."""
    asked = machine.run("samba-tool drs showrepl --json || exit 1")
    if asked.rc != 0:
        return [asked.stderr.strip()[-500:]]
    listed = [source for source in json.loads(asked.stdout)["repsFrom"] if not source.get("is deleted")]
    sources = [source for source in listed if _name(source) in peers]
    missing = [f"nothing comes from {peer}" for peer in sorted(peers - {_name(one) for one in sources})]
    failed = [
        f"{source['NC dn']} from {_name(source)}: {source['last attempt message']}"
        for source in sources
        if source["consecutive failures"] or "success" not in source["last attempt message"]
    ]
    return missing + failed


def _name(source: dict[str, Any]) -> str:
    return str(source["DSA"]).rpartition("\\")[2].upper()
