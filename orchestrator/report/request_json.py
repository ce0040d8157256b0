"""A request's plan for programs, and the schema of that document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.model.request import RequestPlan

SCHEMA = "townhall.request/1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def request_json(plan: RequestPlan) -> dict[str, object]:
    """Return the plan as a document of the schema townhall.request/1."""
    return {"schema": SCHEMA, **asdict(plan), "units": [list(unit) for unit in plan.units]}


def request_schema() -> dict[str, Any]:
    """Return the JSON schema of the document, made from the model itself."""
    from pydantic import TypeAdapter

    found = _closed(TypeAdapter(RequestPlan).json_schema(mode="serialization"))
    unit = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    extra = {"schema": {"const": SCHEMA}, "units": {"type": "array", "items": unit}}
    return {
        "$schema": _DIALECT,
        **found,
        "title": SCHEMA,
        "properties": {**extra, **found["properties"]},
        "required": sorted({*extra, *found["properties"]}),
    }


def _closed(value: Any) -> Any:
    """Every object of the model holds all of its parts, and no others."""
    if isinstance(value, list):
        return [_closed(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _closed(one) for key, one in value.items() if key not in {"default", "description"}}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found |= {"additionalProperties": False, "required": sorted(found["properties"])}
    return found
