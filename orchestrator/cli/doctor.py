"""`townhall doctor`: what this machine lacks for the work."""

from __future__ import annotations

import json as documents
from dataclasses import asdict

import typer

from orchestrator.cli.options import AsJson


def doctor(json: AsJson = False) -> int:
    """Say what this machine lacks for the work, and what puts it right; exit 1 if something is missing."""
    from orchestrator.lab.machine import look

    machine = look()
    findings = machine.findings()
    if json:
        facts = {
            **asdict(machine),
            "runtime": machine.runtime or "default",
            "python_lane": machine.python_lane,
        }
        document = {"schema": "townhall.doctor/1", "facts": facts, "findings": [asdict(f) for f in findings]}
        typer.echo(documents.dumps(document, indent=2))
    else:
        for finding in findings:
            typer.echo(f"{finding.mark:8} {finding.words}")
    return 1 if any(finding.mark == "missing" for finding in findings) else 0
