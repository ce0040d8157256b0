"""A run that was cut off, as the ledger tells it: what is left of it, on what it stood, and its end."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

from orchestrator.apply.crash import as_told
from orchestrator.attesting import Attestor
from orchestrator.desired import Desired
from orchestrator.model.ground import Ground
from orchestrator.model.interrupted import Interrupted
from orchestrator.model.plan import Plan
from orchestrator.model.record import Entry
from orchestrator.model.town import Town
from orchestrator.reach import Shell
from orchestrator.record import Ledger
from orchestrator.record.interrupted import interrupted
from orchestrator.record.place import ledger_path
from orchestrator.record.runs import ground_of


def cut_off(town: Town) -> Interrupted | None:
    """Return the newest run if it has no end."""
    with closing(Ledger(ledger_path(town))) as ledger:
        begun = ledger.unfinished()
        return interrupted(begun, ledger.state()) if begun else None


def begun_on(town: Town) -> Ground | None:
    """Return the ground of the newest run, where the ledger holds all of it."""
    with closing(Ledger(ledger_path(town))) as ledger:
        return ground_of(ledger)


def rest_of(cut: Interrupted, plan: Plan) -> Plan:
    """Return the part of a plan that a run left."""
    left = plan.only([unit for unit, _ in cut.units])
    return replace(left, unwanted=tuple(host for host in left.unwanted if host in cut.unwanted))


def close(wanted: Desired, cut: Interrupted, shell: Shell) -> None:
    """Give a run its end: nothing of it is left to do but to look how its units stand."""
    with closing(Ledger(ledger_path(wanted.town))) as ledger:
        Attestor(shell, ledger, wanted.rendering).catch_up(cut.run)
        as_told(ledger).append([Entry("end", cut.run, details=json.dumps({"resumed": True}))])
