#!/usr/bin/python
"""Keeps the firewall's addresses as files of systemd-networkd, however many networks there are."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: firewall_networks
short_description: Keeps the firewall's addresses as files of systemd-networkd
description:
  - An interface that exists and is no VLAN was made by someone else.
  - Such an interface gets an address and is not made again.
  - Files that this module made for networks that are gone are removed; no other file is touched.
options:
  interfaces:
    description: Interfaces with name, vlan, network and address.
    type: list
    elements: dict
    required: true
  parent: {description: Interface that carries the tagged networks., type: str, required: true}
  gateway: {description: Router beyond the town or nothing., type: str, default: ''}
  gateway_interface: {description: Interface where that router is., type: str, default: ''}
author: [Townhall]
"""
FOLDER = Path("/etc/systemd/network")
OURS = "10-townhall-"
HEAD = "# Ansible managed: the role firewall writes this file\n"
CLOSED = "LinkLocalAddressing=no\nIPv6AcceptRA=no\n"
INTERFACE = re.compile(r"[a-z0-9][a-z0-9.]{0,14}")
WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def word(value: object, pattern: re.Pattern[str]) -> str:
    """Return a name that fits into one line of a file; anything else raises ValueError."""
    if not pattern.fullmatch(str(value)):
        raise ValueError(f"{value!r} cannot be a name in a network file: {pattern.pattern}")
    return str(value)


def files(arguments: dict, made_by_others: frozenset[str]) -> dict[str, str]:
    """Return the wanted files: name and text."""
    parent = word(arguments["parent"], INTERFACE)
    wanted: dict[str, str] = {}
    own = []
    for entry in arguments["interfaces"]:
        name = word(entry["name"], INTERFACE)
        wanted[f"{OURS}{name}.network"] = network(entry, name, arguments)
        if name not in made_by_others:
            own.append(name)
            wanted[f"{OURS}{name}.netdev"] = (
                f"{HEAD}[NetDev]\nName={name}\nKind=vlan\n\n[VLAN]\nId={int(entry['vlan'])}\n"
            )
    if own:
        tagged = "".join(f"VLAN={name}\n" for name in own)
        wanted[f"{OURS}{parent}.network"] = f"{HEAD}[Match]\nName={parent}\n\n[Network]\n{CLOSED}{tagged}"
    return wanted


def network(entry: dict, name: str, arguments: dict) -> str:
    """Return the file that gives one interface its address."""
    route = ""
    if arguments["gateway"] and name == arguments["gateway_interface"]:
        route = f"Gateway={IPv4Address(arguments['gateway'])}\n"
    return (
        f"{HEAD}# {word(entry['network'], WORD)}\n[Match]\nName={name}\n\n[Network]\n"
        f"Address={IPv4Interface(entry['address'])}\nConfigureWithoutCarrier=yes\n{CLOSED}{route}"
    )


def foreign_interfaces() -> frozenset[str]:
    """Return the interfaces that exist and are no VLAN."""
    vlans = Path("/proc/net/vlan")
    own = {path.name for path in vlans.iterdir()} if vlans.is_dir() else set()
    return frozenset({path.name for path in Path("/sys/class/net").iterdir()} - own)


def differences(wanted: dict[str, str], folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of files to write and to remove."""
    written = [name for name, text in sorted(wanted.items()) if text_of(folder / name) != text]
    there = {path.name for path in folder.glob(f"{OURS}*")} if folder.is_dir() else set()
    return written, sorted(there - set(wanted))


def text_of(path: Path) -> str:
    """Return a file's text, or nothing."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write(path: Path, text: str) -> None:
    """Write a file in one step, readable by the network daemon."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o644)
    draft.replace(path)


def main() -> None:
    """Run as an Ansible module."""
    module = AnsibleModule(
        argument_spec={
            "interfaces": {"type": "list", "elements": "dict", "required": True},
            "parent": {"type": "str", "required": True},
            "gateway": {"type": "str", "default": ""},
            "gateway_interface": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    try:
        wanted = files(module.params, foreign_interfaces())
    except (KeyError, ValueError) as wrong:
        module.fail_json(msg=f"firewall_interfaces: {wrong}")
    written, removed = differences(wanted, FOLDER)
    if not module.check_mode:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in written:
            write(FOLDER / name, wanted[name])
        for name in removed:
            (FOLDER / name).unlink()
    module.exit_json(changed=bool(written or removed), written=written, removed=removed)


if __name__ == "__main__":
    main()
