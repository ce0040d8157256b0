"""Sandbox: where code that is approved but not merged runs, once, to see what it makes of data."""

from orchestrator.sandbox.jail import Jail, Limits, Said, see_that_it_isolates

__all__ = ["Jail", "Limits", "Said", "see_that_it_isolates"]
