"""Wait until a switch has taken back what nobody confirmed."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from orchestrator.errors import MachineError, NotTakenBack, TakenBack
from orchestrator.switches.apply import Unconfirmed, observe, remediate
from orchestrator.switches.platform import platform
from orchestrator.switches.session import Connect, NetmikoSession

SECONDS_MORE, BETWEEN_SECONDS = 10, 2.0


def wait_until_taken_back(
    lost: Unconfirmed,
    connect: Connect = NetmikoSession,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> NoReturn:
    """Raise TakenBack when the switch lacks again what it lacked before, NotTakenBack when time is over."""
    target = lost.target
    end = clock() + target.revert_seconds + SECONDS_MORE
    while clock() < end:
        with suppress(MachineError):
            now = observe(target, connect)
            if not now.pending and remediate(now, lost.wanted) == lost.lines:
                break
        sleep(BETWEEN_SECONDS)
    else:
        late = f"{target.hostname} was not seen as before in the time in which a change takes itself back"
        raise NotTakenBack(lost.why, late, platform(target.platform).way_back) from lost
    raise TakenBack(f"the change took itself back: {target.hostname} is as it was before ({lost})") from lost
