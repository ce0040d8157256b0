"""Report: plans, outcomes and records in words."""
