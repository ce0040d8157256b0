"""What a pattern may not use, because one of our Pythons reads it wrong."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from orchestrator.desired import PROJECT

_POSSESSIVE = re.compile(r"[)\]}a-z.][*+?]\+|\}\+(?!\+)")


def patterns(source: str) -> list[str]:
    """The texts that are given to `re` in a file; what is put into them later stands as nothing."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    return [
        "".join(str(part.value) for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant))
        for call in calls
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "re"
    ]


def test_no_pattern_has_a_possessive_repeat() -> None:
    """Python 3.11.2 takes a character too many. Sabotage: write `)++` in orchestrator/replan/sheets.py."""
    files = sorted(Path(PROJECT / "orchestrator").rglob("*.py"))
    found = [(file.name, text) for file in files for text in patterns(file.read_text(encoding="utf-8"))]
    assert len(found) > 20
    assert not [(name, text) for name, text in found if _POSSESSIVE.search(text)]
