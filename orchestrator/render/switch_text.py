"""The configuration text of a switch that speaks Cisco IOS, emitted line by line from typed values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from orchestrator.errors import Problem, Refused
from orchestrator.model.switch import Port, Vlan, WantedSwitch
from orchestrator.model.transliteration import to_ascii

DESCRIPTION_LIMIT = 200
VLAN_NAME_LIMIT = 32
_HELP = "?"
_PORT = re.compile(r"[A-Za-z][A-Za-z0-9./:_-]{0,59}")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SIGNS = str.maketrans("–—„“”’", '--"""\'')

Section = tuple[str, tuple[str, ...]]


def cisco_ios(wanted: WantedSwitch) -> str:
    """The full text of the managed VLANs and interfaces, VLANs first."""
    return text_of(cisco_ios_sections(wanted))


def text_of(sections: Iterable[Section]) -> str:
    """Sections as a device prints them."""
    return "".join("\n".join([head, *(f" {line}" for line in lines), "!", ""]) for head, lines in sections)


def cisco_ios_sections(wanted: WantedSwitch) -> tuple[Section, ...]:
    """The planned tree: a head and its lines for every managed VLAN and interface."""
    vlans = ((f"vlan {vlan.id}", (f"name {_vlan_name(vlan)}",)) for vlan in wanted.vlans)
    return (*vlans, *((f"interface {_port_name(port)}", _port_lines(port)) for port in wanted.ports))


def _port_name(port: Port) -> str:
    if not _PORT.fullmatch(port.name):
        raise Refused([_misread(port.name, f"port {port.number}", 60, f"a space and {_HELP}")])
    return port.name


def _port_lines(port: Port) -> tuple[str, ...]:
    description = one_line(port.description, port.name, forbidden=_HELP)
    lines = [f"description {description}"] if description else []
    match port.mode:
        case "access":
            lines += [f"switchport access vlan {port.vlan}", "switchport mode access"]
        case "trunk":
            lines += [f"switchport trunk allowed vlan {vlan_list(port.vlans)}", "switchport mode trunk"]
        case _:
            lines += ["switchport mode access", "shutdown"]
    return tuple(lines)


def _vlan_name(vlan: Vlan) -> str:
    name = one_line(vlan.name, f"vlan {vlan.id}", VLAN_NAME_LIMIT, _HELP)
    if not name:
        raise Refused([_misread(vlan.name, f"vlan {vlan.id}", VLAN_NAME_LIMIT, _HELP)])
    return name.replace(" ", "-")


def vlan_list(vlans: Iterable[int]) -> str:
    """VLANs in the device's own short form, such as 10-12,20; none for no VLAN at all."""
    runs: list[list[int]] = []
    for vlan in sorted(set(vlans)):
        if runs and vlan == runs[-1][-1] + 1:
            runs[-1].append(vlan)
        else:
            runs.append([vlan])
    return ",".join(_run(run) for run in runs) or "none"


def _run(run: list[int]) -> str:
    if len(run) > 2:
        return f"{run[0]}-{run[-1]}"
    return ",".join(map(str, run))


def one_line(text: str, place: str, limit: int = DESCRIPTION_LIMIT, forbidden: str = "") -> str:
    """The text as one printable ASCII line, Cyrillic transliterated; refuses what a device could misread.

    Several spaces are one: what reads the text back sees words.
    """
    line = " ".join(filter(None, _plain(text).split(" ")))
    wrong = sorted({letter for letter in line if not " " <= letter <= "~" or letter in forbidden})
    if wrong or len(line) > limit:
        raise Refused([_misread(text, place, limit, forbidden)])
    return line


def _plain(text: str) -> str:
    latin = _FOREIGN.sub(lambda found: to_ascii(found[0]), text.translate(_SIGNS))
    return "".join(sign for sign in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(sign))


def _misread(text: str, place: str, limit: int, forbidden: str) -> Problem:
    beyond = f" other than {forbidden}" if forbidden else ""
    return Problem(
        place,
        "TH-SWITCH-TEXT",
        ascii(text)[:80],
        "a switch would misread this text",
        f"write one line of at most {limit} letters, digits and signs{beyond}",
    )
