"""What one more PC costs in towns of different sizes, counted from the rendering instead of timed."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from orchestrator.model.plan import PlannedUnit
from orchestrator.pipeline import look
from orchestrator.prospect import Prospect
from orchestrator.record.ledger import Ledger
from orchestrator.record.place import ledger_path
from orchestrator.render.switch_text import cisco_ios
from orchestrator.switches import from_arguments
from orchestrator.switches.apply import remediate
from orchestrator.switches.platform import Observed
from tests.bench.counting import Cost, cost, plain
from tests.bench.planning import WORK, add_a_pc, remember_all, town_of

SIZES = (10, 100, 500)
DEVICE = "switch"


def growth() -> dict[int, dict[str, int]]:
    """Units, machines and what they take for one added PC, by the number of PCs in the town."""
    return {pcs: one_more(pcs) for pcs in SIZES}


def one_more(pcs: int, work: Path = WORK) -> dict[str, int]:
    """Plan one added PC in a town where everything is verified, and count what its apply will do."""
    root, state = town_of(pcs, work), work / f"state-{pcs}"
    shutil.rmtree(state, ignore_errors=True)
    os.environ["TOWNHALL_STATE"] = str(state)
    remember_all(root, state)
    add_a_pc(root)
    prospect = look(root)
    units = prospect.plan.units
    arguments = {(unit.host, unit.role): unit.arguments for unit in prospect.wanted.rendering.units}
    hosts = (unit for unit in units if unit.role != DEVICE)
    total = sum((cost(unit.role, plain(arguments[unit.host, unit.role])) for unit in hosts), Cost())
    lines = sum(_lines(unit, prospect) for unit in units if unit.role == DEVICE)
    return {"units": len(units), "machines": len(prospect.plan.hosts), **asdict(total), "switch lines": lines}


def _lines(unit: PlannedUnit, prospect: Prospect) -> int:
    """The lines that a switch is sent to come from its last arguments to the wanted ones."""
    now = next(
        one for one in prospect.wanted.rendering.units if (one.host, one.role) == (unit.host, unit.role)
    )
    with closing(Ledger(ledger_path(prospect.wanted.town))) as ledger:
        before = json.loads(ledger.contents([unit.previous])[unit.previous])
    _, was = from_arguments(before)
    target, wanted = from_arguments(plain(now.arguments))
    return len(remediate(Observed(target.platform, cisco_ios(was)), wanted))
