"""Planning one added line on a large town, against Ansible's own reading of the same lines."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.apply.code import code_digests
from orchestrator.derive import derive
from orchestrator.load import load
from orchestrator.model.plan import LedgerState
from orchestrator.model.record import Entry
from orchestrator.plan import plan
from orchestrator.plan.keys import canonical
from orchestrator.record.ledger import Ledger
from orchestrator.render import render
from orchestrator.render.catalogue import parse
from tests.bench.measure import REPOSITORY, Measured, best_of, measured
from tests.towns.generate import generate

WORK = REPOSITORY / "build/bench"


def town_of(pcs: int, work: Path = WORK) -> Path:
    """A generated town, anew."""
    root = work / f"town-{pcs}"
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
    arguments = {(unit.host, unit.role): unit.arguments for unit in rendering.units}
    ledger = Ledger(state / f"{rendering.town}.sqlite")
    ledger.append(
        (
            Entry("verified", "bench", unit.host, unit.role, unit.key, unit.arguments, unit.role_code)
            for unit in everything.units
        ),
        {unit.arguments: canonical(arguments[unit.host, unit.role]) for unit in everything.units},
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


@dataclass(frozen=True)
class Scene:
    """A town without anything to do, its ledger, and what is kept of its plans."""

    root: Path
    extra: Mapping[str, str]

    def plan(self) -> Measured:
        """Plan the town as it stands."""
        return measured(["townhall", "plan", "-i", str(self.root)], allowed=(0, 2), extra=self.extra)

    def plan_a_line(self) -> Measured:
        """Plan one more line, and take it back."""
        before = self.root.with_name(self.root.name + "-before")
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(self.root, before)
        add_a_pc(self.root)
        found = self.plan()
        shutil.rmtree(self.root)
        before.rename(self.root)
        return found

    def forget(self) -> None:
        """Lose what was kept of earlier plans."""
        shutil.rmtree(self.extra["XDG_CACHE_HOME"], ignore_errors=True)

    def plan_a_line_cold(self) -> Measured:
        """Plan one more line with nothing kept."""
        self.forget()
        return self.plan_a_line()


def scene_of(pcs: int) -> Scene:
    """A generated town in which everything is verified."""
    root, state = town_of(pcs), WORK / f"state-{pcs}"
    shutil.rmtree(state, ignore_errors=True)
    remember_all(root, state)
    return Scene(root, {"TOWNHALL_STATE": str(state), "XDG_CACHE_HOME": str(WORK / "cache")})


def planning(pcs: int = 10_000) -> dict[str, Measured]:
    """Baseline, cold plan and warm plan of one added line; warm knows the town without the line."""
    scene = scene_of(pcs)
    listing = ["ansible-inventory", "-i", str(without_townhall(scene.root)), "--list"]
    baseline = best_of(2, lambda: measured(listing, extra=dict(os.environ)))
    cold = best_of(2, scene.plan_a_line_cold)
    scene.forget()
    scene.plan()
    warm = best_of(3, scene.plan_a_line)
    return {"ansible-inventory --list": baseline, "townhall plan, cold": cold, "townhall plan, warm": warm}
