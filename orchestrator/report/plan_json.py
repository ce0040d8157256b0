"""An apply plan for programs, and the schema of that document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.model.apply_plan import ApplyPlan
from orchestrator.report.json_schema import schema_of

SCHEMA = "townhall.plan/4"


def plan_json(plan: ApplyPlan) -> dict[str, object]:
    """Return the plan as a document of the schema townhall.plan/4."""
    return {"schema": SCHEMA, **asdict(plan)}


def plan_schema() -> dict[str, Any]:
    """Return the JSON schema of the document, made from the model itself."""
    return schema_of(ApplyPlan, SCHEMA, {})
