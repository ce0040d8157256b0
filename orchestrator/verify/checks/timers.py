"""When a systemd timer of a machine runs next."""

from __future__ import annotations

import json
from typing import Any

DAY = 24 * 3600


def seconds_to_next_run(machine: Any, timer: str) -> float:
    """Seconds by the machine's own clock; fails when the timer is off or has no next run."""
    assert machine.service(timer).is_enabled, f"{timer} does not start with the machine"
    listed = json.loads(machine.check_output(f"systemctl list-timers --output=json {timer}"))
    assert listed and listed[0]["next"], f"{timer} is not running"
    return float(listed[0]["next"]) / 1e6 - float(machine.check_output("date +%s"))
