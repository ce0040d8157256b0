"""The lab's inventory in memory, and changes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from orchestrator.errors import Problem, Refused
from orchestrator.load import load_text
from orchestrator.load.files import read_specs

REPOSITORY = Path(__file__).resolve().parents[2]
LAB = REPOSITORY / "inventories/lab"
TODAY = date(2026, 1, 1)
SPECS = read_specs(REPOSITORY / "roles")


def lab_files() -> dict[str, str]:
    """The lab's inventory by path, without its secrets."""
    paths = (path for path in sorted(LAB.rglob("*.yml")) if not path.name.startswith("secrets_tier"))
    return {path.relative_to(LAB).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def changed(files: Mapping[str, str], change: Mapping[str, Any]) -> dict[str, str]:
    """The files after a case's change: written, appended, replaced (what is there once), removed."""
    found = dict(files) | dict(change.get("write") or {})
    for path, lines in (change.get("append") or {}).items():
        found[path] = found[path].rstrip("\n") + "\n" + lines
    for path, pairs in (change.get("replace") or {}).items():
        for old, new in pairs.items():
            assert found[path].count(old) == 1, f"{path}: {old!r} is not there once"
            found[path] = found[path].replace(old, new)
    for path in change.get("remove") or []:
        del found[path]
    return found


def problems_of(files: Mapping[str, str]) -> tuple[Problem, ...]:
    """What is wrong with an inventory; nothing if it is right."""
    try:
        load_text(files, TODAY, SPECS)
    except Refused as refused:
        return refused.problems
    return ()
