"""Verify: look at the machines themselves whether they are as intended."""

from orchestrator.verify.run import verify

__all__ = ["verify"]
