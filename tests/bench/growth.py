"""What one more PC costs in towns of different sizes, counted instead of timed."""

from __future__ import annotations

import json
import shutil

from tests.bench.measure import measured
from tests.bench.planning import WORK, add_a_pc, remember_all, town_of

SIZES = (10, 100, 500)


def growth() -> dict[int, dict[str, int]]:
    """Units and machines of the plan for one added PC, by the number of PCs in the town."""
    found = {}
    for pcs in SIZES:
        root, state = town_of(pcs), WORK / f"state-{pcs}"
        shutil.rmtree(state, ignore_errors=True)
        remember_all(root, state)
        add_a_pc(root)
        call = ["townhall", "plan", "-i", str(root), "--json"]
        shown = measured(call, allowed=(2,), extra={"TOWNHALL_STATE": str(state)}).output
        units = [unit for wave in json.loads(shown)["waves"] for unit in wave["units"]]
        found[pcs] = {"units": len(units), "machines": len({unit["host"] for unit in units})}
    return found
