"""Reads what every role declares, and finds units that do not fit it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from orchestrator.errors import Problem, Refused
from orchestrator.model.rendering import Rendering
from orchestrator.render.specs import Options, mismatches

ROLES = Path(__file__).resolve().parents[1] / "roles"


def read_options(names: Iterable[str], roles: Path = ROLES) -> dict[str, Options]:
    """The declared arguments of some roles, by role; a role that declares none is left out."""
    found: dict[str, Options] = {}
    for name in sorted(set(names)):
        file = roles / name / "meta/argument_specs.yml"
        if file.exists():
            said = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            found[name] = said["argument_specs"]["main"].get("options") or {}
    return found


def hold(rendering: Rendering) -> None:
    """Raise Refused if any argument does not fit its role."""
    problems = unfit(rendering)
    if problems:
        raise Refused(problems)


def unfit(rendering: Rendering, options: dict[str, Options] | None = None) -> tuple[Problem, ...]:
    """Every argument of every unit that its role does not declare so, sorted."""
    declared = read_options(unit.role for unit in rendering.units) if options is None else options
    found = (problem for unit in rendering.units for problem in mismatches(unit, declared.get(unit.role, {})))
    return tuple(sorted(set(found)))
