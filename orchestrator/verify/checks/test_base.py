"""Every machine: its name, its doors, its clock, its updates."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.role("base")

ASK_TIME = """
import socket, sys
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.settimeout(3)
line.sendto(b"\\x23" + bytes(47), (sys.argv[1], 123))
answer = line.recv(48)
print(answer[0] & 7, answer[1])
"""


def test_the_host_answers_to_its_name(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `hostname other` on the host."""
    assert machine.check_output("hostname") == arguments["base_hostname"]
    assert machine.check_output("cat /etc/hostname") == arguments["base_hostname"]
    assert machine.check_output("hostname --fqdn") == arguments["base_fqdn"]


def test_names_are_asked_of_the_towns_servers(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: put a foreign nameserver into /etc/resolv.conf."""
    lines = [line.split() for line in machine.file("/etc/resolv.conf").content_string.splitlines()]
    servers = [line[1] for line in lines if line[:1] == ["nameserver"]]
    assert servers == [str(server) for server in arguments["base_dns_servers"]]
    assert ["search", arguments["base_search_domain"]] in lines


def test_packages_come_from_the_towns_sources_alone(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: add a file with another repository to /etc/apt/sources.list.d."""
    printed = machine.check_output("apt-get update --print-uris").splitlines()
    found = {line.split("'")[1].partition("/dists/")[0] for line in printed if "/dists/" in line}
    assert found == {source["uri"].rstrip("/") for source in arguments["base_package_sources"]}


def test_the_ssh_server_offers_keys_and_passwords_only_where_people_log_in(
    machine: Any, arguments: dict[str, Any]
) -> None:
    """Sabotage: set `PasswordAuthentication` the other way in a drop-in that sorts first, reload ssh."""
    asked = machine.run(
        "ssh -o PreferredAuthentications=none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
        "-o LogLevel=ERROR nobody@127.0.0.1; true"
    )
    offered = asked.stderr.partition("(")[2].partition(")")[0].split(",")
    assert "publickey" in offered
    assert ("password" in offered) == bool(arguments["base_password_login"])
    assert "keyboard-interactive" not in offered


def test_root_comes_in_with_a_key_only(machine: Any) -> None:
    """Sabotage: set `PermitRootLogin yes` in a drop-in that sorts first."""
    settings = machine.check_output("sshd -T -C user=root,host=x,addr=198.18.0.1").splitlines()
    assert "permitrootlogin without-password" in settings
    assert "permitemptypasswords no" in settings


def test_administrators_and_no_others_have_accounts(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `adduser` someone to townhall-admins by hand."""
    members = machine.check_output("getent group townhall-admins").split(":")[3].split(",")
    admins = arguments.get("base_admins") or []
    assert sorted(filter(None, members)) == sorted(admin["name"] for admin in admins)
    for admin in admins:
        home = machine.user(admin["name"]).home
        keys = machine.file(f"{home}/.ssh/authorized_keys").content_string.strip().splitlines()
        assert sorted(keys) == sorted(admin["keys"])


def test_the_time_daemon_asks_the_towns_servers(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: systemctl stop chrony."""
    service = machine.service("chrony")
    assert service.is_enabled
    assert service.is_running
    sources = [line.split(",")[2] for line in machine.check_output("chronyc -c -n sources").splitlines()]
    assert sorted(sources) == sorted(str(server) for server in arguments["base_time_servers"])


def test_a_server_of_time_answers_as_one(machine: Any, arguments: dict[str, Any], intent: Any) -> None:
    """Sabotage: remove the `local` line from chrony.conf of a domain controller, restart chrony."""
    if arguments.get("base_time_clients"):
        address = str(intent.placements[machine.backend.hostname].address)
        mode, stratum = machine.check_output("python3 -c %s %s", ASK_TIME, address).split()
        assert mode == "4"
        assert 0 < int(stratum) < 16
    else:
        assert machine.socket("udp://0.0.0.0:123").is_listening is False


@pytest.mark.town
def test_the_clock_hears_a_server(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: drop udp/123 towards the domain controllers on the firewall."""
    if not arguments["base_time_servers"]:
        assert arguments["base_time_clients"], "a host that serves no time asks someone for it"
        return
    for server in arguments["base_time_servers"]:
        assert machine.check_output("python3 -c %s %s", ASK_TIME, str(server)).split()[0] == "4"


def test_security_updates_come_every_night_from_the_towns_sources(
    machine: Any, arguments: dict[str, Any]
) -> None:
    """Sabotage: systemctl disable apt-daily-upgrade.timer, or set Unattended-Upgrade "0"."""
    wanted = arguments.get("base_automatic_updates", True)
    settings = machine.check_output("apt-config dump").splitlines()
    assert f'APT::Periodic::Unattended-Upgrade "{int(wanted)}";' in settings
    for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):
        assert machine.service(timer).is_enabled == wanted
        assert machine.service(timer).is_running == wanted
    sites = [
        line.split('"')[1] for line in settings if line.startswith("Unattended-Upgrade::Origins-Pattern::")
    ]
    assert sites
    assert all(site.startswith("site=") for site in sites)
    said = machine.run("unattended-upgrade --dry-run --debug")
    assert said.rc == 0, said.stderr
    assert all(site in said.stdout + said.stderr for site in sites)


def test_the_journal_is_kept_and_bounded(machine: Any) -> None:
    """Sabotage: remove /etc/systemd/journald.conf.d/townhall.conf."""
    settings = machine.check_output("systemd-analyze cat-config systemd/journald.conf").splitlines()
    assert "SystemMaxUse=500M" in settings
    assert machine.file("/var/log/journal").is_directory


def test_the_kernel_is_hardened_where_it_may_be(machine: Any) -> None:
    """Sabotage: `sysctl net.ipv4.conf.all.send_redirects=1`, or empty the file."""
    text = machine.file("/etc/sysctl.d/60-townhall.conf").content_string
    wanted = dict(line.replace(" ", "").split("=") for line in text.splitlines() if "=" in line)
    assert wanted["kernel.kptr_restrict"] == "2"
    ask = "file=/proc/sys/$(echo $name | tr . /); test -w $file && echo $name=$(cat $file)"
    may = machine.check_output(f"for name in {' '.join(wanted)}; do {ask}; done; true").splitlines()
    live = dict(line.split("=") for line in may)
    assert {name: value for name, value in live.items() if value != wanted[name]} == {}
