"""`python -m tests.bench [plan|requests|growth|flows|town ...]`: measures; writes the page of benchmarks."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.bench.flows import flows
from tests.bench.growth import growth
from tests.bench.measure import REPOSITORY, Measured
from tests.bench.planning import planning
from tests.bench.requests import requests
from tests.bench.town import town

PAGE = REPOSITORY / "docs/reference/benchmarks.md"
HEAD = "# Benchmarks\n\nWritten by `make bench`: each section in one run on one machine; trust the ratios.\n"
TITLES = {
    "plan": "Planning one added line in a town of 10,000 PCs",
    "requests": "Planning a request of one added line in towns of three sizes",
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


_TIMED = {"plan": planning, "requests": requests, "flows": flows, "town": town}


def kept(page: str) -> dict[str, str]:
    """The sections of the page as it stands, by name."""
    parts = (part.partition("\n") for part in page.split("\n## ")[1:])
    by_title = {title: text.strip("\n") for title, _, text in parts}
    return {name: by_title[title] for name, title in TITLES.items() if title in by_title}


def page_of(sections: Mapping[str, str]) -> str:
    """The page of these sections, in the order of the titles."""
    parts = (f"## {TITLES[name]}\n\n{sections[name]}\n" for name in TITLES if name in sections)
    return "\n".join((HEAD, *parts))


def main() -> int:
    """Measure what is asked for, keep the page's other sections, and write it after each."""
    for name in sys.argv[1:] or list(TITLES):
        sys.stdout.write(f"bench: {TITLES[name]}\n")
        sys.stdout.flush()
        when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
        found = "\n".join([f"Measured {when}.", "", *section(name)])
        sections = {**kept(PAGE.read_text(encoding="utf-8")), name: found}
        PAGE.write_text(page_of(sections), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
