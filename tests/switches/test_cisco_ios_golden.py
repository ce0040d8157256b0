"""Golden cases of Cisco IOS: the lines for each change, and the full text of a switch.

Write them anew, then read the difference: TOWNHALL_WRITE_CASES=1 pytest tests/switches
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.model.switch import Port, Vlan, WantedSwitch
from orchestrator.render.switch_text import cisco_ios
from orchestrator.switches import Observed, remediate

CASES = Path(__file__).parents[1] / "cases" / "switches"
WRITE = bool(os.environ.get("TOWNHALL_WRITE_CASES"))


def wanted(case: dict[str, Any]) -> WantedSwitch:
    ports = (
        Port(
            number,
            f"GigabitEthernet1/0/{number}",
            port["mode"],
            port.get("vlan"),
            tuple(port.get("vlans", ())),
            port["description"],
        )
        for number, port in case["ports"].items()
    )
    return WantedSwitch(tuple(Vlan(*vlan) for vlan in case["vlans"].items()), tuple(ports))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yml")), ids=lambda path: path.stem)
def test_a_change_is_made_by_exactly_these_lines(path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    lines = list(remediate(Observed("cisco_ios", case["running"]), wanted(case)))
    if WRITE:
        given = path.read_text().partition("lines:")[0]
        path.write_text(given + yaml.safe_dump({"lines": lines}, default_flow_style=False))
    assert lines == yaml.safe_load(path.read_text())["lines"]


def test_a_whole_switch_is_written_as_exactly_this_text() -> None:
    path = CASES / "whole-switch.txt"
    text = cisco_ios(wanted(yaml.safe_load((CASES / "whole-switch.yml").read_text())))
    if WRITE:
        path.write_text(text)
    assert text == path.read_text()
