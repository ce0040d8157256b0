"""Kerberos takes clocks that differ by five minutes at most: a plan that needs it waits for right clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from orchestrator.errors import Problem, Refused
from orchestrator.model.plan import CodeDigests, Observation, Plan
from orchestrator.model.rendering import Rendering
from orchestrator.model.town import Town

KERBEROS = 300
MOST = 120
ALIKE = 30
"""Seconds: what Kerberos takes, what a run may begin with, and how near clocks are that agree."""
HERE, AGREED = "this machine's", "what the other hosts agree on"


def hold_clocks(
    town: Town, plan: Plan, rendering: Rendering, code: CodeDigests, observed: Mapping[str, Observation]
) -> None:
    """Raise Refused where units that need Kerberos are pending on hosts whose clock is wrong.

    A host whose clock is set before them in the same run is let in. Where most hosts are off by the same
    time, it is the controller's clock that is wrong: that is said once.
    """
    needy = _needy(plan, code)
    skews = {host: seen.skew for host, seen in observed.items() if seen.skew is not None}
    ours = _off_together(list(skews.values()))
    problems = [*_own(ours, len(skews))] if ours and needy.keys() & skews.keys() else []
    for host, roles in needy.items():
        seconds = skews.get(host, ours) - ours
        if abs(seconds) > MOST:
            apart = f"{_apart(seconds)} {AGREED if ours else HERE}"
            problems.append(_wrong(town, host, roles, apart, _servers(rendering, code, host)))
    if problems:
        raise Refused(problems)


def _needy(plan: Plan, code: CodeDigests) -> dict[str, list[str]]:
    """The pending roles of each host that need a right clock and do not get one first."""
    stepped: set[str] = set()
    found: dict[str, list[str]] = {}
    for unit in plan.units:
        if unit.role in code.sets_clock and unit.every_handler:
            stepped.add(unit.host)
        elif unit.role in code.kerberos and unit.host not in stepped:
            found.setdefault(unit.host, []).append(unit.role)
    return found


def _off_together(skews: list[float]) -> float:
    """The seconds by which most of several hosts are off alike; 0 where there is no such time."""
    middle = median(skews) if len(skews) > 1 else 0.0
    agreeing = [one for one in skews if abs(one - middle) <= ALIKE]
    return middle if abs(middle) > MOST and 2 * len(agreeing) > len(skews) else 0.0


def _own(seconds: float, hosts: int) -> Iterator[Problem]:
    reason = (
        f"its clock is {_apart(-seconds)} those of most of the {hosts} hosts that were asked, which agree; "
        f"Kerberos takes {KERBEROS} s, and beyond {MOST} s nothing that needs it is begun"
    )
    remedy = "set the clock of this machine (chronyc makestep, or timedatectl set-ntp true), then try again"
    yield Problem("this machine", "TH-CLOCK-CONTROLLER", "controller", reason, remedy)


def _wrong(town: Town, host: str, roles: list[str], apart: str, servers: str) -> Problem:
    reason = (
        f"its clock is {apart}, and {' and '.join(roles)} there needs Kerberos, which takes {KERBEROS} s; "
        f"beyond {MOST} s it is not begun"
    )
    remedy = (
        f"chronyc makestep at {host}; its time servers are {servers} (chronyc sources)"
        if servers
        else f"timedatectl set-time at {host}: it serves time itself and has no server above it"
    )
    place = str(town.hosts[host].source)
    return Problem(place, "TH-CLOCK-SKEW", host, reason, f"{remedy}; then try again")


def _apart(seconds: float) -> str:
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'}"


def _servers(rendering: Rendering, code: CodeDigests, host: str) -> str:
    """The time servers that a host is given by the role that sets its clock."""
    found = (unit for unit in rendering.units if unit.host == host and unit.role in code.sets_clock)
    named = (unit.arguments.get(f"{unit.role}_time_servers") for unit in found)
    return ", ".join(str(one) for servers in named if isinstance(servers, list | tuple) for one in servers)
