"""Plan: which units differ from what was last applied and proven, in which order."""

from orchestrator.plan.changes import with_changes
from orchestrator.plan.units import plan

__all__ = ["plan", "with_changes"]
