"""Laws of every switch platform: what was observed plus what is remediated is what is wanted."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.errors import Refused
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.render.switch_text import cisco_ios, one_line
from orchestrator.switches import Observed, remediate
from orchestrator.switches.ovs_state import differences, goal, parse
from tests.golden import Golden
from tests.switches.ios_device import IosDevice
from tests.switches.ovs_device import OvsDevice
from tests.switches.switches_strategy import switches

OVS = switches("swp{n}")
IOS = switches("GigabitEthernet1/0/{n}")
LINKS = st.dictionaries(st.sampled_from([f"swp{n}" for n in range(1, 6)]), st.booleans())


def typed(device: OvsDevice, wanted: WantedSwitch) -> tuple[str, ...]:
    lines = remediate(Observed("ovs", device.text()), wanted)
    for line in lines:
        device.type(line)
    return lines


def entered(device: IosDevice, wanted: WantedSwitch) -> tuple[str, ...]:
    lines = remediate(Observed("cisco_ios", device.text()), wanted)
    for line in lines:
        assert device.configure(line) == ""
    return lines


@given(OVS, OVS, LINKS)
@settings(max_examples=60)
def test_an_ovs_switch_becomes_what_is_wanted_from_any_state(
    before: WantedSwitch, wanted: WantedSwitch, links: dict[str, bool]
) -> None:
    device = OvsDevice(links=dict(links))
    typed(device, before)
    typed(device, wanted)
    assert {name: (row["vlan_mode"], row["tag"], row["trunks"]) for name, row in device.ports.items()} == {
        port.name: ([port.mode], [] if port.vlan is None else [port.vlan], list(port.vlans))
        for port in wanted.ports
        if port.mode != "shut"
    }
    assert device.links == {port.name: port.mode != "shut" for port in wanted.ports if port.name in links}
    assert typed(device, wanted) == ()


@given(OVS, OVS, LINKS)
@settings(max_examples=60)
def test_the_revert_of_an_ovs_change_brings_back_what_was_observed(
    before: WantedSwitch, wanted: WantedSwitch, links: dict[str, bool]
) -> None:
    device = OvsDevice(links=dict(links))
    typed(device, before)
    observed = parse(device.text())
    undo = differences(goal(observed, wanted), observed)
    typed(device, wanted)
    for line in undo:
        device.type(line)
    assert parse(device.text()) == observed


@given(IOS, IOS)
@settings(max_examples=60)
def test_a_cisco_switch_becomes_what_is_wanted_from_any_state(
    before: WantedSwitch, wanted: WantedSwitch
) -> None:
    device = IosDevice.of(cisco_ios(before))
    entered(device, wanted)
    then = IosDevice.of(cisco_ios(wanted))
    assert {head: sorted(lines) for head, lines in device.running.items()} == {
        head: sorted(lines) for head, lines in then.running.items()
    }
    assert entered(device, wanted) == ()


@given(st.text(max_size=40))
def test_any_text_is_one_harmless_line_or_refused(text: str) -> None:
    port = Port(1, "swp1", "access", 10, (), text)
    try:
        line = one_line(text, "swp1")
    except Refused as refused:
        assert "TH-SWITCH-TEXT" in str(refused)
        return
    assert line.isascii() and (line.isprintable() or not line)
    device = OvsDevice()
    (typed_line,) = typed(device, WantedSwitch((), (port,)))
    assert device.ports["swp1"]["external_ids"].get("townhall-description", "") == line
    assert len(typed_line.splitlines()) == 1
    assert shlex.join(shlex.split(typed_line)) == typed_line


@pytest.mark.parametrize(
    "text", ["x\n no aaa new-model", "a\tb", "tab\x0bulator", "\u202eevil", "\x03", "x" * 201]
)
def test_text_that_a_device_would_misread_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="TH-SWITCH-TEXT"):
        one_line(text, "swp1")


def test_a_question_mark_is_refused_where_it_would_ask_for_help(golden: Golden) -> None:
    with pytest.raises(Refused) as refused:
        cisco_ios(WantedSwitch((), (Port(1, "GigabitEthernet1/0/1", "shut", None, (), "why?"),)))
    golden("refusals/a_text_that_a_switch_misreads", refused.value)
