"""Packages that an interrupted run left half-way: put right by the known step, or handed to a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from orchestrator.apply.journal import STARTED
from orchestrator.errors import MachineError
from orchestrator.model.outcome import FAILED, UNKNOWN
from orchestrator.model.plan import LedgerState, Plan
from orchestrator.reach import Shell

_AUDIT = "if command -v dpkg > /dev/null; then dpkg --audit; fi"
_CONFIGURE = (
    "DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --configure --pending "
    f"< /dev/null > /dev/null 2>&1; {_AUDIT}"
)
_SECONDS = 600.0
"""Packages that were unpacked and not configured are configured; a person's own configuration is kept."""


def broken_off(plan: Plan, ledger: LedgerState) -> tuple[str, ...]:
    """Return the hosts with a pending unit whose last run did not come to a good end."""
    states = ((unit.host, ledger.units.get((unit.host, unit.role))) for unit in plan.units)
    return tuple(
        sorted({host for host, state in states if state and state.event in {STARTED, UNKNOWN, FAILED}})
    )


def mend_packages(shell: Shell, hosts: Collection[str], tell: Callable[[str], None]) -> None:
    """Finish what dpkg left half-way at the hosts; `tell` hears of each.

    Raises MachineError with what dpkg says where that step is not enough: a unit of it is not run again.
    """
    halfway = _audited(shell, dict.fromkeys(hosts, _AUDIT), 60)
    for host, said in halfway.items():
        tell(f"{host}: an interrupted run left packages half-way, they are configured now: {_named(said)}")
    left = _audited(shell, dict.fromkeys(halfway, _CONFIGURE), _SECONDS)
    if left:
        told = "; ".join(f"{host}: {_named(said)}" for host, said in left.items())
        raise MachineError(
            f"packages are half-way, `dpkg --configure --pending` did not help: {told}; no unit was begun\n"
            f"    remedy: at {next(iter(left))}: dpkg --audit; dpkg --configure -a; "
            "apt-get --fix-broken install; then try again [TH-PACKAGES-HALFWAY]"
        )


def _audited(shell: Shell, commands: Mapping[str, str], timeout: float) -> dict[str, str]:
    """Ask what is half-way; a host that does not answer is none of this step's business."""
    answers = shell.run_all(commands, timeout) if commands else {}
    found = {host: answers[host] for host in sorted(answers) if answers[host].reached}
    return {host: one.output for host, one in found.items() if one.output.strip()}


def _named(audit: str) -> str:
    """The packages of an audit: its lines that begin with one blank."""
    names = [line.split()[0] for line in audit.splitlines() if line.startswith(" ") and line.strip()]
    return ", ".join(dict.fromkeys(names)) or " ".join(audit.split())[:160]
