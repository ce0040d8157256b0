"""`python -m tests.bench [plan|growth|flows|town ...]`: measure and write docs/reference/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.bench.flows import flows
from tests.bench.growth import growth
from tests.bench.measure import REPOSITORY, Measured
from tests.bench.planning import planning
from tests.bench.town import town

RESULTS = REPOSITORY / "build/bench/results.json"
PAGE = REPOSITORY / "docs/reference/benchmarks.md"
TITLES = {
    "plan": "Planning one added line in a town of 10,000 PCs",
    "growth": "What one more PC costs in towns of different sizes (counted, not timed)",
    "flows": "Comparing two firewall policies of 1,000 rules between 60 zones",
    "town": "The lab: ten hosts and switches, then an eleventh",
}


def table(measurements: Mapping[str, Measured]) -> list[str]:
    """One row each, with the ratio to the first row, the baseline."""
    baseline = next(iter(measurements.values())).seconds
    rows = ["| what | wall | of the baseline | peak memory |", "|---|---|---|---|"]
    for name, run in measurements.items():
        ratio = run.seconds / baseline
        rows.append(
            f"| {name} | {run.seconds:.2f} s | {ratio:.3f} (1/{1 / ratio:.1f}) | {run.mebibytes:.0f} MiB |"
        )
    return rows


def counted(found: Mapping[int, Mapping[str, int]]) -> list[str]:
    """One row for each size of town."""
    names = list(next(iter(found.values())))
    rows = [f"| PCs | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    return rows + [f"| {pcs} | {' | '.join(map(str, counts.values()))} |" for pcs, counts in found.items()]


def section(name: str) -> list[str]:
    """Measure one section and put it into words."""
    if name == "growth":
        return counted(growth())
    return table(_TIMED[name]())


_TIMED = {"plan": planning, "flows": flows, "town": town}


def main() -> int:
    """Measure what is asked for, keep the sections that are not, write the page."""
    asked = sys.argv[1:] or list(TITLES)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in asked:
        sys.stdout.write(f"bench: {TITLES[name]}\n")
        sys.stdout.flush()
        when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
        known[name] = [f"## {TITLES[name]}", "", f"Measured {when}.", "", *section(name), ""]
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(known, ensure_ascii=False))
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench`: each section in one run on one machine; trust the ratios.",
        "",
    ]
    lines = [line for name in TITLES if name in known for line in known[name]]
    PAGE.write_text("\n".join(head + lines).rstrip("\n") + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
