"""What a switch is asked to be, without a word of any platform's language."""

from __future__ import annotations

from dataclasses import dataclass

MANAGEMENT = "management"
"""The network by which switches themselves are reached."""


@dataclass(frozen=True, slots=True, order=True)
class Vlan:
    """A network on the wire."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """A port's state; mode is access, trunk, shut, or other for what only an observed port can be."""

    number: int
    name: str
    mode: str
    vlan: int | None
    vlans: tuple[int, ...]
    description: str

    def carries(self, vlan: int) -> bool:
        """Whether frames of the network pass the port."""
        return vlan in self.vlans if self.mode == "trunk" else self.mode == "access" and self.vlan == vlan


@dataclass(frozen=True, slots=True)
class Compared:
    """Each wanted port behind what it is now, and the lines that make the device what is wanted."""

    ports: tuple[tuple[Port, Port], ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WantedSwitch:
    """Everything that one switch is asked for; ports that are not named are left alone."""

    vlans: tuple[Vlan, ...]
    ports: tuple[Port, ...]

    @property
    def management_vlan(self) -> int | None:
        """The VLAN by which switches are reached, if the switch carries it at all."""
        return next((vlan.id for vlan in self.vlans if vlan.name == MANAGEMENT), None)
