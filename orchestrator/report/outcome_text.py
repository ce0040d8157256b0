"""What became of a run and what its checks found, in an admin's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orchestrator.model.outcome import APPLIED, NOT_STARTED, Outcome
from orchestrator.model.verdict import Check, Verdict
from orchestrator.report.printable import printable


def outcome_text(outcome: Outcome) -> str:
    """Return one line for each host, and the reason of each unit that did not succeed."""
    return printable("\n".join([*_hosts(outcome), *_faults(outcome)]))


def _hosts(outcome: Outcome) -> Iterator[str]:
    for host in sorted({one.unit.host for one in outcome.units}):
        states = Counter(one.state for one in outcome.units if one.unit.host == host)
        changed = sum(one.changed for one in outcome.units if one.unit.host == host)
        told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        yield f"  {host:20} {told} ({changed} changed tasks)"


def _faults(outcome: Outcome) -> Iterator[str]:
    for one in outcome.units:
        if one.state not in {APPLIED, NOT_STARTED}:
            yield f"  {one.unit.host}: {one.unit.role} {one.state}: {one.why}"
    for why in dict.fromkeys(one.why for one in outcome.units if one.state == NOT_STARTED):
        yield f"  not started: {why}"


def verdict_text(verdict: Verdict) -> str:
    """Return one line for each topic, and each sentence that did not hold with its reason."""
    lines = []
    for topic in sorted({check.topic for check in verdict.checks}):
        held = [check.passed for check in verdict.checks if check.topic == topic]
        lines.append(f"  {topic:20} {sum(held)} of {len(held)} checks held")
    return printable("\n".join([*lines, *map(_failure, verdict.failures)])) or "  there was nothing to check"


def _failure(check: Check) -> str:
    where = f" on {check.host}" if check.host else ""
    return f"  FAILED {check.topic}{where}: {check.sentence}\n    " + check.why.replace("\n", "\n    ")


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return a run for programs."""
    units = [
        {
            "host": one.unit.host,
            "role": one.unit.role,
            "state": one.state,
            "why": one.why,
            "changed": one.changed,
        }
        for one in outcome.units
    ]
    return {"run": outcome.run, "seconds": round(outcome.seconds, 2), "units": units}


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """Return the checks for programs."""
    names = ("topic", "host", "role", "sentence", "why", "seconds")
    checks = [
        {name: getattr(check, name) for name in names} | {"outcome": "passed" if check.passed else "failed"}
        for check in verdict.checks
    ]
    return {"schema": "townhall.verdict/1", "passed": verdict.passed, "checks": checks}
