"""A small model of an Open vSwitch machine: what shell commands do to its ports, and how it prints them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from typing import Any

Value = list[Any]


@dataclass
class OvsDevice:
    """Columns of each port of br0 by name; of every interface that is there, whether its link is up."""

    ports: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: dict[str, bool] = field(default_factory=dict)

    def type(self, line: str) -> None:
        """Type one shell command."""
        program, *words = shlex.split(line)
        if program == "ip":
            assert words[:3] == ["link", "set", "dev"]
            self.links[words[3]] = {"up": True, "down": False}[words[4]]
            return
        assert program == "ovs-vsctl"
        command: list[str] = []
        for word in [*words, "--"]:
            if word != "--":
                command.append(word)
            elif command:
                self._vsctl(*command)
                command = []

    def _vsctl(self, *words: str) -> None:
        match words:
            case ("--may-exist", "add-port", "br0", name):
                empty: dict[str, Any] = {"tag": [], "vlan_mode": [], "trunks": [], "external_ids": {}}
                self.ports.setdefault(name, empty)
            case ("--if-exists", "del-port", "br0", name):
                self.ports.pop(name, None)
            case ("set", "port", name, *settings):
                for column, _, value in (setting.partition("=") for setting in settings):
                    self._set(self.ports[name], column, value)
            case ("remove", "port", name, "external_ids", key):
                self.ports[name]["external_ids"].pop(key, None)
            case _:
                raise AssertionError(words)

    def _set(self, row: dict[str, Any], column: str, value: str) -> None:
        if column.startswith("external_ids:"):
            row["external_ids"][column.partition(":")[2]] = json.loads(value)
        elif column == "vlan_mode":
            row[column] = [] if value == "[]" else [value]
        else:
            row[column] = [int(number) for number in value.strip("[]").split(",") if number]

    def text(self) -> str:
        """What the machine answers to the driver's question."""
        rows = [[["uuid", name], name, *map(_column, _values(row))] for name, row in self.ports.items()]
        foreign = [["uuid", "foreign"], "swp1", 4000, "access", ["set", []], ["map", []]]
        ports = {
            "headings": ["_uuid", "name", "tag", "vlan_mode", "trunks", "external_ids"],
            "data": [foreign, *rows],
        }
        members = [["uuid", name] for name in self.ports]
        bridge = {"headings": ["name", "ports"], "data": [["br0", _column(members)]]}
        links = [{"ifname": name, "flags": ["UP"] if up else []} for name, up in self.links.items()]
        return "\n".join(map(json.dumps, (ports, bridge, links)))


def _values(row: dict[str, Any]) -> list[Any]:
    return [row["tag"], row["vlan_mode"], row["trunks"], row["external_ids"]]


def _column(value: Any) -> Any:
    if isinstance(value, dict):
        return ["map", [list(pair) for pair in value.items()]]
    return value[0] if len(value) == 1 else ["set", value]
