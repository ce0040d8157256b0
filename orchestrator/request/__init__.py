"""Request: the town of a base against that of a branch: what would change, for whom, with which risk."""

from orchestrator.request.compare import request

__all__ = ["request"]
