"""How a lab stands: every machine, its container, its place and its addresses."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.lab.containers import expected
from orchestrator.lab.up import Site


@dataclass(frozen=True, slots=True)
class Standing:
    """One machine; `state` is podman's word, or missing."""

    machine: str
    kind: str
    state: str
    control: str
    address: str
    socket: str


def status(site: Site) -> tuple[Standing, ...]:
    """Every machine that should be there, sorted by name."""
    states = site.podman.containers(site.lab.name)
    names = {machine: name for name, machine in expected(site.plan, site.lab.name, "").items()}
    jacks = {plug.machine: f"{plug.jack.switch} {plug.jack.port}" for plug in site.wiring.plugs}
    return tuple(
        Standing(
            machine=machine.name,
            kind=machine.kind,
            state=states.get(names[machine.name], "missing"),
            control=str(machine.control.ip) if machine.control else "",
            address=str(machine.address.ip) if machine.address else "by lease",
            socket=jacks.get(machine.name, ""),
        )
        for machine in site.plan.machines.values()
    )
