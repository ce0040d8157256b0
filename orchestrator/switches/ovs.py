"""Open vSwitch on a Linux machine: ports of one bridge, changed in one transaction of its database.

A shut port is out of the bridge with its link down. A port whose interface is not there yet is configured.
The database is what the machine starts with: an unconfirmed change is taken back by the timer, and by the
machine's next start if that comes first.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from orchestrator.errors import MachineError
from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.switches.ovs_state import BRIDGE, differences, goal, parse, port_of
from orchestrator.switches.platform import Observed
from orchestrator.switches.session import Session, Target

REVERT = "townhall-switch-revert"
_UNDO = f"/var/lib/townhall/{REVERT}"
_SERVICE = f"""
[Unit]
Description=Take back a change of this switch that nobody confirmed
ConditionPathExists={_UNDO}
After=openvswitch-switch.service
[Service]
Type=oneshot
ExecStart=/bin/bash {_UNDO}
ExecStartPost=/bin/rm {_UNDO}
[Install]
WantedBy=multi-user.target
""".strip().splitlines()
_STATUS = "townhall-status"
_OBSERVE = (
    "ovs-vsctl --format=json -- --columns=_uuid,name,tag,vlan_mode,trunks,external_ids list Port"
    f" -- --columns=name,ports list Bridge {BRIDGE} && ip -json link show"
)
_PENDING = f"systemctl is-active --quiet {REVERT}.timer"
_VSCTL = "ovs-vsctl "
_LINK = "ip "


class Ovs:
    """The platform `ovs`."""

    way_back: tuple[str, ...] = (
        f"systemctl start {REVERT}.service    # does nothing where the change is back already",
        "ovs-vsctl show; ip -brief link",
    )

    def observe(self, session: Session) -> Observed:
        """Ask for the ports of the bridge and the state of all links."""
        text = _asked(session, _OBSERVE)
        return Observed("ovs", text, pending=_status(session, _PENDING)[0] == 0)

    def ports(self, observed: Observed, wanted: WantedSwitch) -> tuple[Port, ...]:
        """The wanted ports as they are now."""
        state = parse(observed.text)
        return tuple(port_of(port, state) for port in wanted.ports)

    def remediate(self, observed: Observed, wanted: WantedSwitch) -> tuple[str, ...]:
        """Shell commands that each could be typed by hand; none if there is nothing to do."""
        state = parse(observed.text)
        return differences(state, goal(state, wanted))

    def run(self, session: Session, target: Target, observed: Observed, wanted: WantedSwitch) -> None:
        """Arm a timer on the device that brings the old state back, then change it in one transaction."""
        before = parse(observed.text)
        after = goal(before, wanted)
        if target.revert_seconds:
            _arm(session, differences(after, before), target.revert_seconds)
        _change(session, differences(before, after))

    def confirm(self, session: Session) -> None:
        """Give up the way back; the database of Open vSwitch is on disk already."""
        _asked(session, f"rm -f {_UNDO} && sync /var/lib/townhall && systemctl stop {REVERT}.timer")


def _arm(session: Session, undo: Sequence[str], seconds: int) -> None:
    session.send_config(_array("townhall_undo", ([line] for line in undo)))
    session.send_config(_array("townhall_service", ([line] for line in _SERVICE)))
    _asked(session, _written("townhall_service", f"/etc/systemd/system/{REVERT}.service"))
    _asked(session, f"systemctl daemon-reload && systemctl --quiet enable {REVERT}.service")
    _asked(session, f"mkdir -p /var/lib/townhall && {_written('townhall_undo', _UNDO)}")
    _asked(
        session,
        f"systemd-run --quiet --timer-property=AccuracySec=1s --on-active={seconds} --unit={REVERT}.service",
    )


def _change(session: Session, lines: Sequence[str]) -> None:
    rows = [shlex.split(line.removeprefix(_VSCTL)) for line in lines if line.startswith(_VSCTL)]
    links = [line.removeprefix(_LINK) for line in lines if line.startswith(_LINK)]
    if rows:
        session.send_config(_array("townhall_change", (["--", *words] for words in rows)))
        _asked(session, 'ovs-vsctl --timeout=15 "${townhall_change[@]}"')
    if links:
        session.send_config(_array("townhall_links", ([link] for link in links)))
        _asked(session, """printf '%s\\n' "${townhall_links[@]}" | ip -batch -""")


def _written(array: str, path: str) -> str:
    """The command that puts an array's lines into a file, for good before it returns."""
    return f"""printf '%s\\n' "${{{array}[@]}}" > {path} && sync {path}"""


def _array(name: str, groups: Iterable[Sequence[str]]) -> list[str]:
    """Shell lines that fill an array: one long line would be folded by the terminal."""
    return [f"{name}=()", *(f"{name}+=({shlex.join(words)})" for words in groups)]


def _asked(session: Session, command: str) -> str:
    status, answer = _status(session, command)
    if status:
        raise MachineError(
            f"{command.partition(' ')[0]} failed with status {status}: {answer.strip()[-300:]}"
        )
    return answer


def _status(session: Session, command: str) -> tuple[int, str]:
    answer = session.send_command(f'{command}; echo "{_STATUS} $?"', expect=rf"{_STATUS} \d+")
    found = re.search(rf"{_STATUS} (\d+)", answer)
    if found is None:
        raise MachineError(f"no answer to {command[:60]}")
    return int(found[1]), answer[: found.start()]
