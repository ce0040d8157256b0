"""An apply plan for programs, and the schema of that document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from orchestrator.model.apply_plan import ApplyPlan
from orchestrator.model.quarantine import Quarantined
from orchestrator.report.json_schema import part_of, schema_of

SCHEMA = "townhall.plan/4"


def plan_json(plan: ApplyPlan, quarantined: Iterable[Quarantined] = ()) -> dict[str, object]:
    """Return the plan with the hosts that an apply leaves out, by the schema townhall.plan/4."""
    return {"schema": SCHEMA, **asdict(plan), "quarantined": [asdict(one) for one in quarantined]}


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of the document, made from the model itself."""
    return schema_of(ApplyPlan, SCHEMA, {"quarantined": {"type": "array", "items": part_of(Quarantined)}})
