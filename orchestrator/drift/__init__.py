"""Drift: how machines differ from what the last run left, in words, the most urgent first; pure."""

from orchestrator.drift.compare import differences, in_order
from orchestrator.drift.marks import Marks, marks
from orchestrator.drift.ports import port_differences
from orchestrator.drift.remember import remembered

__all__ = ["Marks", "differences", "in_order", "marks", "port_differences", "remembered"]
