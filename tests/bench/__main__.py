"""`python -m tests.bench [plan|requests|growth|flows|town|drift ...]` measures and writes the page."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.bench.chart import bars
from tests.bench.drift import drift
from tests.bench.flows import flows
from tests.bench.growth import growth
from tests.bench.measure import REPOSITORY, Measured, machine
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
    "drift": "Asking the lab what was changed by hand, where nothing was",
}
NOTES = {
    "requests": (
        "",
        "Wanted: warm at most 0.8 s for 10,000 PCs, at most 5 s and 1 GiB for 100,000; cold at most 5 s for",
        "10,000. Cold knows nothing, warm knows the base. Extrapolated is the straight line through the two",
        "measured towns, to Ansible's advantage: one task over a local connection; a PC has dozens over SSH.",
    ),
    "town": (
        "",
        "Wanted of the first row: a bare town at most 0.5 with mitogen and 0.8 without, one new PC at",
        "most 1/8, before their checks, which plain Ansible does not do; nothing to do in under 1 s.",
    ),
}


def table(measurements: Mapping[str, Measured]) -> list[str]:
    """One row each, with the ratio to the first row, the baseline."""
    baseline = next(iter(measurements.values())).seconds
    rows = ["| what | wall | of the baseline | processors | peak memory |", "|---|---|---|---|---|"]
    for name, run in measurements.items():
        ratio = run.seconds / baseline
        parts = (
            name,
            f"{run.seconds:.2f} s",
            f"{ratio:.3f} (1/{1 / ratio:.1f})",
            _known(run.processor, "{:.2f} s"),
            _known(run.mebibytes, "{:.0f} MiB"),
        )
        rows.append(f"| {' | '.join(parts)} |")
    return rows


def _known(number: float, form: str) -> str:
    return "-" if math.isnan(number) else form.format(number)


def counted(found: Mapping[int, Mapping[str, int]]) -> list[str]:
    """One row for each size of town."""
    names = list(next(iter(found.values())))
    rows = [f"| PCs | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    return rows + [f"| {pcs} | {' | '.join(map(str, counts.values()))} |" for pcs, counts in found.items()]


def section(name: str) -> list[str]:
    """Measure one section and put it into words."""
    if name == "growth":
        return counted(growth())
    found = _TIMED[name]()
    chart = f"benchmarks-{name}.svg"
    PAGE.with_name(chart).write_text(bars(f"{TITLES[name]} (seconds)", found), encoding="utf-8")
    return [*table(found), "", f"![{TITLES[name]}]({chart})", *NOTES.get(name, ())]


_TIMED = {"plan": planning, "requests": requests, "flows": flows, "town": town, "drift": drift}


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
        when = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}"
        found = "\n".join([f"Measured {when}.", "", *section(name)])
        sections = {**kept(PAGE.read_text(encoding="utf-8")), name: found}
        PAGE.write_text(page_of(sections), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
