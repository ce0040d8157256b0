"""Record: the town's memory, append-only and hash-chained."""

from orchestrator.record.ledger import Ledger

__all__ = ["Ledger"]
