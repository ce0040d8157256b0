"""Switches of every platform behind one interface: observe, remediate, apply."""

from orchestrator.switches.apply import Change, apply_switch, compare_switch, observe, remediate
from orchestrator.switches.arguments import from_arguments
from orchestrator.switches.platform import Observed
from orchestrator.switches.session import Target

__all__ = [
    "Change",
    "Observed",
    "Target",
    "apply_switch",
    "compare_switch",
    "from_arguments",
    "observe",
    "remediate",
]
