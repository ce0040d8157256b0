"""Whether a systemd timer of a machine runs every day."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

DAY = 24 * 3600


def assert_daily(machine: Any, timer: str) -> None:
    """Fails when the timer is off, has no next run, or lets the machine wait for longer than a day.

    A random delay spreads the machines and comes on top: in the hours after today's time, tomorrow's run
    may be more than a day away. Both moments are read by the machine's own clock.
    """
    assert machine.service(timer).is_enabled, f"{timer} does not start with the machine"
    listed = json.loads(machine.check_output(f"systemctl list-timers --output=json {timer}"))
    assert listed and listed[0]["next"], f"{timer} is not running"
    spread = spread_of(machine, timer)
    assert spread < DAY, f"{timer} spreads its runs over {spread:.0f} s"
    wait = float(listed[0]["next"]) / 1e6 - float(machine.check_output("date +%s"))
    assert wait <= DAY + spread, f"{timer} runs in {wait:.0f} s"


def spread_of(machine: Any, timer: str) -> float:
    """Seconds over which the timer spreads its runs (RandomizedDelaySec)."""
    text = machine.check_output(f"systemctl show --value --property RandomizedDelayUSec {timer}")
    shown = machine.check_output(f"systemd-analyze timespan {shlex.quote(text)}")
    found = re.search(r"s: (\d+)$", shown, re.MULTILINE)
    assert found, shown
    return int(found[1]) / 1e6
