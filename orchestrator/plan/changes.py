"""Say in words which arguments differ from those last applied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from orchestrator.model.plan import Plan, PlannedUnit
from orchestrator.model.rendering import Rendering
from orchestrator.plan.keys import canonical

_NAMES = ("hostname", "account", "id", "number", "name", "network")
_LONGEST = 60


def with_changes(plan: Plan, rendering: Rendering, applied: Mapping[str, str]) -> Plan:
    """Return the plan with each unit's changes; `applied` holds earlier arguments as JSON by digest."""
    wanted = {(unit.host, unit.role): unit.arguments for unit in rendering.units}

    def described(unit: PlannedUnit) -> PlannedUnit:
        if unit.previous not in applied:
            return unit
        new = json.loads(canonical(wanted[unit.host, unit.role]))
        return replace(unit, changes=tuple(differences(json.loads(applied[unit.previous]), new)))

    return replace(
        plan, waves=tuple(replace(wave, units=tuple(map(described, wave.units))) for wave in plan.waves)
    )


def differences(old: object, new: object, place: str = "") -> Iterator[str]:
    """Yield one line for each difference between two JSON values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new)):
            yield from _entry(old, new, key, f"{place}.{key}" if place else str(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, place)
    elif not _same(old, new):
        yield f"{place}: {_short(old)} -> {_short(new)}"


def _entry(old: Mapping[str, object], new: Mapping[str, object], key: str, place: str) -> Iterator[str]:
    if key not in old:
        yield f"{place}: + {_short(new[key])}"
    elif key not in new:
        yield f"{place}: - {_short(old[key])}"
    elif not _same(old[key], new[key]):
        yield from differences(old[key], new[key], place)


def _same(old: object, new: object) -> bool:
    """Python takes False for 0, a role does not."""
    return old == new and repr(old) == repr(new)


def _of_lists(old: list[object], new: list[object], place: str) -> Iterator[str]:
    before, after = _by_label(old), _by_label(new)
    yield from (f"{place}: - {label}" for label in before if label not in after)
    yield from (f"{place}: + {label}" for label in after if label not in before)
    same = [label for label in before if label in after]
    for label in same:
        yield from differences(before[label], after[label], f"{place}[{label}]")
    if same != [label for label in after if label in before]:
        yield f"{place}: another order"


def _by_label(items: list[object]) -> dict[str, object]:
    """Give every item of a list a name of its own, by what its author would call it."""
    labelled: dict[str, object] = {}
    for item in items:
        label = _label(item)
        labelled[label if label not in labelled else f"{label} #{len(labelled)}"] = item
    return labelled


def _label(item: object) -> str:
    if not isinstance(item, dict):
        return _short(item)
    if "type" in item and "value" in item and "name" in item:
        return f"{item['name']} {item['type']} {item['value']} in {item.get('zone', '')}"
    name = next((str(item[key]) for key in _NAMES if key in item), "")
    return name or _short(item)


def _short(value: object) -> str:
    if isinstance(value, dict) and set(value) == {"secret", "version", "purpose"}:
        return f"secret {value['secret']} version {value['version']}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
