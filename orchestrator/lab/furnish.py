"""The files that a machine has when it comes out of the installer's hands."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.lab.blueprint import FIREWALL, MIRROR, SWITCH, Blueprint, Machine

KEYRING = "/usr/share/keyrings/townhall-lab.gpg"
DOCUMENTS = "/srv/www"


@dataclass(frozen=True, slots=True)
class File:
    """A file by its absolute path; the mode is octal."""

    path: str
    content: str | bytes
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom every machine trusts: the administrator's public SSH key and the key of the packages."""

    administrator: str
    packages: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a machine itself: made anew whenever it is."""

    machine_id: str
    host_key: str
    host_key_public: str


def furnish(machine: Machine, plan: Blueprint, identity: Identity, trust: Trust) -> list[File]:
    """All files of one machine."""
    files = [
        File("/etc/machine-id", f"{identity.machine_id}\n", 0o444),
        File("/etc/hostname", f"{machine.name}\n"),
        File("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {machine.name}\n"),
        File("/etc/resolv.conf", ""),
        File("/etc/ssh/ssh_host_ed25519_key", identity.host_key, 0o600),
        File("/etc/ssh/ssh_host_ed25519_key.pub", identity.host_key_public),
        File("/root/.ssh/authorized_keys", f"{trust.administrator}\n", 0o600),
    ]
    if machine.kind == SWITCH:
        return [*files, File("/etc/lab-factory", switch_factory())]
    files.append(File("/etc/systemd/network/20-installer.network", network_file(machine, plan)))
    if machine.kind == MIRROR:
        return [*files, File("/etc/nginx/sites-enabled/default", web_server())]
    files.append(File(KEYRING, trust.packages))
    if machine.address is None:
        files.append(File("/etc/systemd/system/lab-lease.service", asks_again()))
        wants = "[Unit]\nWants=lab-lease.service\n"
        files.append(File("/etc/systemd/system/multi-user.target.d/lab.conf", wants))
    return files


def network_file(machine: Machine, plan: Blueprint) -> str:
    """systemd-networkd's file: a lease, a fixed address, or a firewall's line to the provider."""
    name, address, gateway = "eth0", machine.address, machine.gateway
    if machine.kind == FIREWALL:
        leg = next(leg for leg in plan.legs if leg.outside)
        name, address = f"eth0.{leg.vlan}", leg.gateway
    lines = ["[Match]", f"Name={name}", "", "[Network]", "LinkLocalAddressing=no", "IPv6AcceptRA=no"]
    lines += [f"Address={address}"] if address else ["DHCP=ipv4"]
    if gateway:
        lines.append(f"Gateway={gateway}")
    if not address:
        lines += ["", "[DHCPv4]", "ClientIdentifier=mac", "SendRelease=no", "UseHostname=no"]
    return "\n".join([*lines, ""])


def switch_factory() -> str:
    """Commands that leave a bridge without ports: nothing passes before the switch is configured."""
    return "ovs-vsctl --may-exist add-br br0 -- set bridge br0 datapath_type=netdev\n"


def trunk_factory(plan: Blueprint, mac: str) -> str:
    """Commands of the part that gives a firewall tagged interfaces where the kernel knows no 802.1Q.

    They have the trunk's own MAC, as the kernel's would.
    """
    taps = (
        f" -- --may-exist add-port trunk eth0.{leg.vlan} tag={leg.vlan}"
        f" -- set interface eth0.{leg.vlan} type=internal 'mac=\"{mac}\"'"
        for leg in plan.legs
    )
    return (
        "ovs-vsctl --may-exist add-br trunk -- set bridge trunk datapath_type=netdev"
        f" -- --may-exist add-port trunk eth0{''.join(taps)}\nip link set eth0 up\n"
    )


def asks_again() -> str:
    """A unit that asks for a lease every few seconds, like a person who plugs the PC in when all is ready.

    By itself a client that found no server waits up to a minute before it asks again.
    """
    ask = "ip -4 -brief address show eth0 | grep -q /|| networkctl --no-ask-password reconfigure eth0"
    return (
        "[Unit]\nDescription=Ask again for an address\nAfter=systemd-networkd.service\n\n"
        f"[Service]\nExecStart=/bin/sh -c 'while sleep 5; do {ask}; done'\nRestart=always\n"
    )


def web_server() -> str:
    """The web server of the internet: the packages, and a page for whoever looks at it."""
    return (
        f"server {{\n  listen 80 default_server;\n  root {DOCUMENTS};\n  autoindex on;\n"
        '  location = / { return 200 "the internet\\n"; }\n}\n'
    )


def archive(files: Iterable[File]) -> bytes:
    """The files as a tar for the root of a machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for file in files:
            if file.path.startswith("/root/.ssh/"):
                folder = tarfile.TarInfo("root/.ssh")
                folder.type, folder.mode = tarfile.DIRTYPE, 0o700
                tar.addfile(folder)
            data = file.content.encode() if isinstance(file.content, str) else file.content
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            entry.size, entry.mode = len(data), file.mode
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
