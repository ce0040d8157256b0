"""JSON schemas of documents that are made of values of the model."""

from __future__ import annotations

from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(model: type, name: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return the closed schema of a document: its name, all parts of the model, and `more` of its own."""
    from pydantic import TypeAdapter

    found = _closed(TypeAdapter(model).json_schema(mode="serialization"))
    properties = {"schema": {"const": name}, **found["properties"], **more}
    return {
        "$schema": _DIALECT,
        **found,
        "title": name,
        "properties": properties,
        "required": sorted(properties),
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
