"""Switches of every platform behind one interface: observe, remediate, apply."""

from orchestrator.switches.apply import Change, Unconfirmed, apply_switch, compare_switch, observe, remediate
from orchestrator.switches.arguments import from_arguments
from orchestrator.switches.platform import Observed
from orchestrator.switches.session import Target
from orchestrator.switches.taken_back import wait_until_taken_back

__all__ = [
    "Change",
    "Observed",
    "Target",
    "Unconfirmed",
    "apply_switch",
    "compare_switch",
    "from_arguments",
    "observe",
    "remediate",
    "wait_until_taken_back",
]
