"""Golden cases: lines that people change in the lab's inventory, and all that follows from them.

A case is a folder with `change.yml` (what is written where) and `expected.json`. After a wanted change of a
derivation, TOWNHALL_WRITE_CASES=1 writes the expectations anew; they are reviewed like code.
"""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.derive import derive
from orchestrator.load import load_text
from orchestrator.model.intent import Intent
from orchestrator.model.rendering import Rendering
from orchestrator.render import render
from orchestrator.render.catalogue import parse
from tests.derive.plain import changed_units, difference, text

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = sorted((REPOSITORY / "tests/cases/derive").iterdir())
LAB = REPOSITORY / "inventories/lab"
TODAY = date(2026, 1, 1)


def lab_files() -> dict[str, str]:
    """The lab's inventory by path."""
    paths = (path for path in sorted(LAB.rglob("*.yml")) if not path.name.startswith("secrets_tier"))
    return {str(path.relative_to(LAB)): path.read_text() for path in paths}


def changed(files: dict[str, str], change: dict[str, Any]) -> dict[str, str]:
    """The files with lines appended and texts replaced as the case says; each text must be there once."""
    found = dict(files)
    for path, lines in (change.get("append") or {}).items():
        found[path] = found[path].rstrip("\n") + "\n" + lines
    for path, pairs in (change.get("replace") or {}).items():
        for old, new in pairs.items():
            assert found[path].count(old) == 1, f"{path}: {old!r} is not there once"
            found[path] = found[path].replace(old, new)
    return found


def derived(files: dict[str, str]) -> tuple[Intent, Rendering]:
    """Intent and rendering of an inventory in memory."""
    catalogue = parse((REPOSITORY / "playbooks/site.yml").read_text())
    town = load_text(files, TODAY)
    intent = derive(town, catalogue)
    return intent, render(town, intent, catalogue)


@cache
def lab() -> tuple[Intent, Rendering]:
    """What follows from the lab as it stands."""
    return derived(lab_files())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_follows_from_a_change_of_lines(case: Path) -> None:
    """Sabotage: let a PTR point to the short name, or leave a freed port open."""
    change = yaml.safe_load((case / "change.yml").read_text())
    before, after = lab(), derived(changed(lab_files(), change))
    found = {
        "says": change["says"],
        "units": changed_units(before[1], after[1]),
        "intent": difference(before[0], after[0]),
    }
    expected = case / "expected.json"
    if os.environ.get("TOWNHALL_WRITE_CASES"):
        expected.write_text(text(found))
    assert found == json.loads(expected.read_text())
