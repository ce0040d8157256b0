"""Planning one added line on a large town, against Ansible's own reading of the same lines."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestrator.apply.code import code_digests
from orchestrator.derive import derive
from orchestrator.load import load
from orchestrator.model.plan import LedgerState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from orchestrator.record.ledger import Ledger
from orchestrator.render import render
from orchestrator.render.catalogue import parse
from tests.bench.measure import REPOSITORY, Measured, best_of, measured
from tests.towns.generate import generate

WORK = REPOSITORY / "build/bench"


def town_of(pcs: int) -> Path:
    """A generated town, anew."""
    root = WORK / f"town-{pcs}"
    shutil.rmtree(root, ignore_errors=True)
    generate(root, pcs, seed=1)
    return root


def without_townhall(root: Path) -> Path:
    """The same host lines as plain Ansible reads them, without the derived values.

    The town's common files stay away, to Ansible's advantage: it repeats every common variable at each host,
    which for 10,000 PCs took more than four minutes and 8 GB before it was stopped.
    """
    plain = root.with_name(root.name + "-plain")
    shutil.rmtree(plain, ignore_errors=True)
    shutil.copytree(root / "hosts", plain / "hosts")
    return plain


def remember_all(root: Path, state: Path) -> int:
    """Write a ledger in which every unit of the town is verified; returns the number of units."""
    town = load(root)
    catalogue = parse((REPOSITORY / "playbooks/site.yml").read_text())
    rendering = render(town, derive(town, catalogue), catalogue)
    everything = plan(rendering, code_digests(catalogue), LedgerState())
    state.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(state / f"{rendering.town}.sqlite")
    ledger.append(
        Entry("verified", "bench", unit.host, unit.role, unit.key, unit.arguments, unit.role_code)
        for unit in everything.units
    )
    return len(everything.units)


def add_a_pc(root: Path) -> None:
    """Give the first person without a PC one, by the command that a technician uses."""
    from orchestrator.load import load as read

    town = read(root)
    free = sorted(set(town.sockets) - {host.socket for host in town.hosts.values()})
    waiting = sorted(account for account, person in town.people.items() if person.without_pc)
    for account in waiting:
        buildings = set(town.departments[town.people[account].department].buildings)
        for socket in free:
            if town.rooms[town.sockets[socket].room].building in buildings:
                call = ["townhall", "onboard", "bench-pc", "--mac", "52:54:00:be:9c:01", "--socket", socket]
                measured([*call, "--person", account, "--platform", "debian13", "-i", str(root)])
                return
    raise RuntimeError("the generated town has no person waiting for a PC, or no free socket")


def planning(pcs: int = 10_000) -> dict[str, Measured]:
    """Baseline, cold plan and warm plan of one added line."""
    root = town_of(pcs)
    state = WORK / f"state-{pcs}"
    shutil.rmtree(state, ignore_errors=True)
    remember_all(root, state)
    add_a_pc(root)
    cache = WORK / "cache"
    extra = {"TOWNHALL_STATE": str(state), "XDG_CACHE_HOME": str(cache)}

    def townhall() -> Measured:
        return measured(["townhall", "plan", "-i", str(root)], allowed=(2,), extra=extra)

    def cold() -> Measured:
        shutil.rmtree(cache, ignore_errors=True)
        return townhall()

    listing = ["ansible-inventory", "-i", str(without_townhall(root)), "--list"]
    return {
        "ansible-inventory --list": best_of(2, lambda: measured(listing, extra=dict(os.environ))),
        "townhall plan, cold": best_of(2, cold),
        "townhall plan, warm": best_of(3, townhall),
    }
