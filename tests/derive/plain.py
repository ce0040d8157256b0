"""Derived values as plain JSON, and what differs between two towns."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Rendering
from orchestrator.model.source import Source

TOPICS = ("placements", "zones", "records", "subnets", "switch_ports", "organisational_units", "users",
          "groups", "computers", "antivirus_clients", "backup_clients")  # fmt: skip


def plain(value: object) -> Any:
    """The value as JSON knows it; a line is `file:line`."""
    if isinstance(value, Source):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def topics(intent: Intent) -> dict[str, list[Any]]:
    """Every topic as a list of values; of the firewall's, each part is a topic."""
    found = {name: _items(getattr(intent, name)) for name in TOPICS}
    parts = ("legs", "sets", "forward", "input", "masquerade", "published")
    return {**found, **{f"firewall {part}": _items(getattr(intent.firewall, part)) for part in parts}}


def difference(before: Intent, after: Intent) -> dict[str, dict[str, list[Any]]]:
    """What is new and what is gone, topic by topic; a value that only moved to another line is neither."""
    old, new = topics(before), topics(after)
    found = {}
    for name in new:
        was, becomes = {_key(item): item for item in old[name]}, {_key(item): item for item in new[name]}
        changed = {
            "new": [item for key, item in becomes.items() if key not in was],
            "gone": [_without_lines(item) for key, item in was.items() if key not in becomes],
        }
        kept = {kind: items for kind, items in changed.items() if items}
        if kept:
            found[name] = kept
    return found


def changed_units(before: Rendering, after: Rendering) -> list[str]:
    """The units whose arguments differ, and those that are new or gone, as `role on host`."""
    old, new = _arguments(before), _arguments(after)
    return sorted(unit for unit in {*old, *new} if old.get(unit) != new.get(unit))


def text(value: object) -> str:
    """Canonical JSON for a file."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _arguments(rendering: Rendering) -> dict[str, str]:
    return {f"{unit.role} on {unit.host}": text(plain(dict(unit.arguments))) for unit in rendering.units}


def _items(value: object) -> list[Any]:
    if isinstance(value, dict):
        return [
            plain(item)
            for inner in value.values()
            for item in (inner if isinstance(inner, tuple) else (inner,))
        ]
    assert isinstance(value, tuple)
    return [plain(item) for item in value]


def _without_lines(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _without_lines(inner) for key, inner in item.items() if key != "because"}
    return [_without_lines(inner) for inner in item] if isinstance(item, list) else item


def _key(item: Any) -> str:
    return text(_without_lines(item))
