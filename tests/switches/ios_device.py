"""A small model of a Cisco IOS switch: its running configuration and what entered lines do to it."""

from __future__ import annotations

from dataclasses import dataclass, field

ONE_VALUE = (
    "name",
    "description",
    "switchport access vlan",
    "switchport mode",
    "switchport trunk allowed vlan",
)
SECTIONS = ("interface ", "vlan ")
INVALID = "% Invalid input detected at '^' marker."


@dataclass
class IosDevice:
    """Sections of the running configuration by head, in the order of the device; `startup` as last saved."""

    running: dict[str, list[str]] = field(default_factory=dict)
    startup: str = ""
    reload_scheduled: bool = False
    entered: list[str] = field(default_factory=list)
    _section: str = ""

    @classmethod
    def of(cls, text: str) -> IosDevice:
        """A device that booted with a configuration."""
        device = cls(startup=text)
        head = ""
        for line in text.splitlines():
            if line.startswith(" "):
                device.running[head].append(line.strip())
            elif line.strip("! "):
                head = line
                device.running.setdefault(head, [])
        return device

    def text(self) -> str:
        """What `show running-config` prints."""
        blocks = ("\n".join([head, *(f" {line}" for line in lines)]) for head, lines in self.running.items())
        return "Building configuration...\n\n" + "\n!\n".join(blocks) + "\n!\nend\n"

    def configure(self, line: str) -> str:
        """Enter one line in configuration mode; the answer is empty or an error."""
        line = line.strip()
        self.entered.append(line)
        if line.startswith(SECTIONS):
            self._section = line
            self.running.setdefault(line, [])
            return ""
        lines = self.running.get(self._section)
        wanted = line.removeprefix("no ")
        if lines is None or not wanted.startswith((*ONE_VALUE, "shutdown")):
            return INVALID
        key = next((key for key in ONE_VALUE if wanted.startswith(key)), wanted)
        lines[:] = [kept for kept in lines if not kept.startswith(key)]
        if wanted == line:
            lines.append(line)
        return ""
