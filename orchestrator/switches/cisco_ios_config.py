"""Running and wanted configuration of Cisco IOS compared as trees; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.render.switch_text import Section, cisco_ios_sections, text_of, vlan_list

if TYPE_CHECKING:
    from hier_config import HConfig
    from hier_config.platforms.driver_base import HConfigDriverBase

_ALLOWED = "switchport trunk allowed vlan "
_ONE_VALUE = ("description", "switchport access vlan", "switchport trunk allowed vlan")
_MANAGED = (*_ONE_VALUE, "switchport mode", "shutdown", "name")


def remediation(running: str, wanted: WantedSwitch) -> tuple[str, ...]:
    """Lines of configuration mode from the running to the wanted configuration of what is managed."""
    planned = cisco_ios_sections(wanted)
    heads = {head for head, _ in planned}
    now = _tree(section for section in _sections(running) if section[0] in heads)
    then = _tree(planned)
    _require_exactly(then, planned)
    lines = now.config_to_get_to(then).set_order_weight().all_children_sorted()
    return tuple(line.cisco_style_text() for line in lines)


def running_ports(running: str, wanted: WantedSwitch) -> tuple[Port, ...]:
    """The wanted ports as the device has them."""
    sections = dict(_sections(running))
    return tuple(_port(port, sections.get(f"interface {port.name}", ())) for port in wanted.ports)


def _port(port: Port, lines: tuple[str, ...]) -> Port:
    said = {key: line.removeprefix(key).strip() for line in lines for key in _MANAGED if line.startswith(key)}
    mode = "shut" if "shutdown" in said else said.get("switchport mode", "other")
    vlan = int(said.get("switchport access vlan", "1"))
    vlans = _numbers(said.get(_ALLOWED.strip(), "1-4094")) if mode == "trunk" else ()
    description = said.get("description", "")
    return Port(port.number, port.name, mode, vlan if mode == "access" else None, vlans, description)


def _sections(running: str) -> Iterator[Section]:
    """Every section of the text with its managed lines; a long list of VLANs is one line again."""
    for block in re.split(r"\n(?=\S)", running.replace("\r", "")):
        head, *lines = block.split("\n")
        kept = [line.strip() for line in lines if line.strip().startswith(_MANAGED)]
        yield head.strip(), tuple(_with_whole_lists(kept))


def _with_whole_lists(lines: Iterable[str]) -> Iterator[str]:
    allowed: set[int] | None = None
    for line in lines:
        if line.startswith(_ALLOWED):
            allowed = {*(allowed or ()), *_numbers(line.removeprefix(_ALLOWED).removeprefix("add "))}
        else:
            yield line
    if allowed is not None:
        yield _ALLOWED + vlan_list(allowed)


def _numbers(text: str) -> tuple[int, ...]:
    if text == "none":
        return ()
    runs = [part.partition("-") for part in text.split(",")]
    return tuple(number for first, _, last in runs for number in range(int(first), int(last or first) + 1))


def _tree(sections: Iterable[Section]) -> HConfig:
    from hier_config import get_hconfig

    return get_hconfig(_driver(), text_of(sections))


def _require_exactly(tree: HConfig, planned: tuple[Section, ...]) -> None:
    found = tuple(
        (head.text, tuple(sorted(line.text for line in head.all_children()))) for head in tree.children
    )
    if found != tuple((head, tuple(sorted(lines))) for head, lines in planned):
        raise ValueError("the text does not read back as the planned configuration")


@cache
def _driver() -> HConfigDriverBase:
    """The driver of Cisco IOS with rules for a switch port: set anew, negated without value.

    The order of lines keeps a port from carrying a network for a moment that it should not carry.
    """
    from hier_config.models import (
        IdempotentCommandsRule,
        MatchRule,
        NegationDefaultWithRule,
        OrderingRule,
    )
    from hier_config.platforms.cisco_ios.driver import HConfigDriverCiscoIOS

    driver = HConfigDriverCiscoIOS()
    interface = MatchRule(startswith="interface ")
    for line in _ONE_VALUE:
        rules = (interface, MatchRule(startswith=f"{line} "))
        driver.rules.idempotent_commands.append(IdempotentCommandsRule(match_rules=rules))
        driver.rules.negate_with.append(NegationDefaultWithRule(match_rules=rules, use=f"no {line}"))
    for weight, match in (
        (-20, MatchRule(equals="shutdown")),
        (-15, MatchRule(startswith=("switchport access vlan ", _ALLOWED))),
    ):
        driver.rules.ordering.append(OrderingRule(match_rules=(interface, match), weight=weight))
    return driver
