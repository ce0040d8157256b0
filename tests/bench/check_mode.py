"""What `ansible-playbook --check` takes for one task on each PC of two towns, extrapolated to larger ones.

All is to Ansible's advantage: one task where the town's plays have dozens for a PC, a local connection where
they use SSH, no facts, and host lines without the derived values.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.bench.measure import Measured, measured
from tests.bench.planning import WORK, town_of, without_townhall

SIZES = (100, 1_000)
PLAY = """
- name: One task on each PC
  hosts: workstations
  gather_facts: false
  tasks:
    - name: A file that is there
      ansible.builtin.file: {path: /etc/hosts, state: file}
"""


def check_mode(sizes: Iterable[int]) -> dict[str, Measured]:
    """Two measured rows, and one for each of these sizes on the straight line through them."""
    found = {pcs: _checked(pcs) for pcs in SIZES}
    rows = {_name(pcs, "measured"): run for pcs, run in found.items()}
    return rows | {_name(pcs, "extrapolated"): extrapolated(found, pcs) for pcs in sizes}


def extrapolated(found: dict[int, Measured], pcs: int) -> Measured:
    """The time for some PCs on the line through two measured points; memory is not extrapolated."""
    (few, short), (many, long) = sorted(found.items())

    def at(low: float, high: float) -> float:
        return low + (high - low) * (pcs - few) / (many - few)

    return Measured(at(short.seconds, long.seconds), math.nan, "", at(short.processor, long.processor))


def _name(pcs: int, how: str) -> str:
    return f"ansible-playbook --check, one task, {pcs:,} PCs, {how}"


def _checked(pcs: int) -> Measured:
    play = WORK / "check.yml"
    hosts = without_townhall(town_of(pcs))
    play.write_text(PLAY, encoding="utf-8")
    here = ("ansible_connection=local", f"ansible_python_interpreter={Path(sys.executable)}")
    extra = [word for setting in here for word in ("-e", setting)]
    return measured(["ansible-playbook", "--check", "-i", str(hosts), *extra, str(play)])
