"""The configuration text of a switch, read back by hier-config."""

from __future__ import annotations

from random import Random

import pytest
from hier_config import Platform, get_hconfig
from hypothesis import given as cases

from orchestrator.errors import Refused
from orchestrator.model.switch import Port, Vlan, WantedSwitch
from orchestrator.render.switch_text import cisco_ios, cisco_ios_sections
from tests.fuzz.hostile import SEEDS, around, fuzzed

MODES = {
    "access": ("access", 10, ()),
    "trunk": ("trunk", None, (10, 20)),
    "shut": ("shut", None, ()),
}


def hostile(chance: Random) -> WantedSwitch:
    """A switch with one hostile text: the name of a VLAN or of a port, or what is plugged in."""
    target = chance.choice(["vlan", "port", "description", "description"])
    vlan = around("users-a", chance) if target == "vlan" else "users-a"
    name = around("GigabitEthernet1/0/1", chance) if target == "port" else "GigabitEthernet1/0/1"
    said = around("pc-1", chance) if target == "description" else "pc-1"
    mode, number, vlans = MODES[chance.choice(sorted(MODES))]
    ports = (Port(1, name, mode, number, vlans, said), Port(2, "GigabitEthernet1/0/2", "shut", None, (), ""))
    return WantedSwitch((Vlan(10, vlan), Vlan(20, "servers")), ports)


def read_back(text: str) -> list[tuple[str, list[str]]]:
    """The tree that hier-config sees, every line of it."""
    tree = get_hconfig(Platform.CISCO_IOS, text)
    found = []
    for head in tree.children:
        lines = list(head.children)
        assert not any(line.children for line in lines)
        found.append((head.text, sorted(line.text for line in lines)))
    return found


@fuzzed
@cases(SEEDS)
def test_a_hostile_text_of_a_switch_is_refused_or_read_back_as_the_planned_tree(chance: Random) -> None:
    """Sabotage: let `one_line` return the text as it is, or write a port's name as it comes."""
    wanted = hostile(chance)
    try:
        planned = cisco_ios_sections(wanted)
    except Refused as refused:
        assert all((one.place, one.value, one.reason, one.remedy) for one in refused.problems)
        return
    text = cisco_ios(wanted)
    heads = ["vlan 10", "vlan 20", *(f"interface {port.name}" for port in wanted.ports)]
    assert [head for head, _ in planned] == heads
    assert [(head, sorted(lines)) for head, lines in planned] == read_back(text)
    assert all(" " <= sign <= "~" or sign == "\n" for sign in text)
    assert text.count("\n!\n") == len(heads)


def test_several_spaces_of_a_description_are_read_back_as_the_one_that_is_written() -> None:
    """Sabotage: write the spaces as they come; what reads the text back sees one."""
    port = Port(1, "GigabitEthernet1/0/1", "shut", None, (), "pc-1   counter  2")
    wanted = WantedSwitch((), (port,))
    ((_, lines),) = read_back(cisco_ios(wanted))
    assert "description pc-1 counter 2" in lines
    assert lines == sorted(cisco_ios_sections(wanted)[0][1])


@pytest.mark.parametrize("name", ["", " ", "x\n no aaa new-model", "range Gi1/0/1 - 48", "Gi1?", "сwp1"])
def test_a_port_whose_name_is_more_than_one_word_is_refused(name: str) -> None:
    """Sabotage: write a port's name as it comes."""
    with pytest.raises(Refused, match="misread"):
        cisco_ios(WantedSwitch((), (Port(1, name, "shut", None, (), ""),)))
