"""Cisco IOS: from the running configuration to the wanted one, for the managed interfaces and VLANs only.

The device must keep VLANs in its running configuration (VTP transparent or off). Until a change is
confirmed the device is told to reload in some minutes, and its startup configuration stays the old one.
"""

from __future__ import annotations

from orchestrator.model.switch import Port, WantedSwitch
from orchestrator.switches.cisco_ios_config import remediation, running_ports
from orchestrator.switches.platform import Observed
from orchestrator.switches.session import Session, Target

_SCHEDULED = "Reload scheduled"
_SAVE_QUESTION = "yes/no"
_RELOAD_QUESTION = "confirm"
_PROMPT = r"#\s*$"


class CiscoIos:
    """The platform `cisco_ios`."""

    way_back: tuple[str, ...] = (
        "show reload    # where one is scheduled, it takes the change back",
        "reload    # and `no` to saving: the startup configuration is that of before",
    )

    def observe(self, session: Session) -> Observed:
        """Ask for the running configuration."""
        text = session.send_command("show running-config")
        return Observed("cisco_ios", text, pending=_SCHEDULED in session.send_command("show reload"))

    def ports(self, observed: Observed, wanted: WantedSwitch) -> tuple[Port, ...]:
        """The wanted ports as they are now."""
        return running_ports(observed.text, wanted)

    def remediate(self, observed: Observed, wanted: WantedSwitch) -> tuple[str, ...]:
        """Lines of configuration mode; none if there is nothing to do."""
        return remediation(observed.text, wanted)

    def run(self, session: Session, target: Target, observed: Observed, wanted: WantedSwitch) -> None:
        """Let the device reload in some minutes, then enter the lines."""
        if target.revert_seconds:
            _reload_in(session, -(-target.revert_seconds // 60))
        session.send_config(self.remediate(observed, wanted))

    def confirm(self, session: Session) -> None:
        """Call the reload off and write the configuration to boot with."""
        session.send_command("reload cancel", expect=_PROMPT)
        session.save()


def _reload_in(session: Session, minutes: int) -> None:
    answer = session.send_command(f"reload in {minutes}", expect=rf"{_SAVE_QUESTION}|{_RELOAD_QUESTION}")
    if _SAVE_QUESTION in answer:
        session.send_command("no", expect=_RELOAD_QUESTION)
    session.send_command("", expect=_PROMPT)
