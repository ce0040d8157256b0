"""A request's plan for programs, and the schema of that document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.model.request import RequestPlan
from orchestrator.report.json_schema import schema_of

SCHEMA = "townhall.request/3"


def request_json(plan: RequestPlan) -> dict[str, object]:
    """Return the plan as a document of the schema townhall.request/3."""
    return {"schema": SCHEMA, **asdict(plan), "units": [list(unit) for unit in plan.units]}


def request_schema() -> dict[str, Any]:
    """Return the JSON schema of the document, made from the model itself."""
    unit = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    return schema_of(RequestPlan, SCHEMA, {"units": {"type": "array", "items": unit}})
