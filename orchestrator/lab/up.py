"""Bring a lab up: what is there stays, what is missing is made, what is stopped is started."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.errors import LabError
from orchestrator.lab import blueprint as drawing
from orchestrator.lab.blueprint import FIREWALL, Blueprint, Jack
from orchestrator.lab.cache import alone
from orchestrator.lab.containers import Container, container, expected, make, trunk
from orchestrator.lab.furnish import Trust
from orchestrator.lab.identities import administrator_key, new_identity, pin
from orchestrator.lab.images import BASE, EQUIPMENT, SWITCH, Image, ensure_images
from orchestrator.lab.limits import raise_limits
from orchestrator.lab.mirror import ensure_mirror
from orchestrator.lab.network import Network
from orchestrator.lab.podman import Podman, podman
from orchestrator.lab.ready import wait_until_ready
from orchestrator.lab.secrets import ensure_secrets
from orchestrator.lab.shell import Say, step
from orchestrator.lab.state import EQUIPMENT_FILE, FOLDER, TOWN, Lab, State, recall
from orchestrator.lab.wiring import Plug, Wiring, space_name, wire_bench, wire_town
from orchestrator.load import load
from orchestrator.model.town import Town
from orchestrator.reach import PROJECT

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A lab with everything that is needed to build it."""

    lab: Lab
    plan: Blueprint
    wiring: Wiring
    podman: Podman
    network: Network


def provide(inventory: Path, say: Say) -> None:
    """Have images, packages and secrets at hand, so that a lab can come up without the outside world."""
    engine = podman()
    with alone(FOLDER):
        ensure_images(engine, say, BASE, EQUIPMENT, SWITCH)
        ensure_mirror(engine, say, PROJECT / "roles")
        ensure_secrets(load(inventory).secrets.values(), inventory, FOLDER / "vault")


def up(lab: Lab, say: Say, recreate: tuple[str, ...] = ()) -> None:
    """Bring the lab up; machines to recreate come back empty, with a new identity."""
    with alone(FOLDER):
        _up(lab, say, recreate)


def _up(lab: Lab, say: Say, recreate: tuple[str, ...]) -> None:
    town = load(lab.inventory)
    site = survey(lab, town)
    unknown = sorted(set(recreate) - set(site.plan.machines))
    if unknown:
        raise LabError(f"no such machine: {', '.join(unknown)}; there are {', '.join(site.plan.machines)}")
    ensure_images(site.podman, say, BASE, EQUIPMENT, *_switch_image(site))
    keyring = ensure_mirror(site.podman, say, PROJECT / "roles")
    ensure_secrets(town.secrets.values(), lab.inventory, FOLDER / "vault")
    raise_limits()
    states = site.podman.containers(lab.name)
    missing = _missing(site, states, recreate)
    _clear(site, states, missing)
    with step(say, "the network is laid"):
        _state(site).save()
        site.network.lay(site.wiring)
    if missing:
        with step(say, f"{len(missing)} containers are made: {', '.join(sorted(missing))}"):
            _build(site, missing, keyring)
    stopped = [name for name, state in states.items() if name not in missing and state != "running"]
    for name in stopped:
        say(f"{name} is started")
        site.podman("start", name)
    with step(say, "the machines answer"):
        _wait(site)


def survey(lab: Lab, town: Town) -> Site:
    """What the lab is to look like, with cables where they were plugged last."""
    whole = drawing.blueprint(town, EQUIPMENT_FILE)
    plan = whole if lab.mode == TOWN else drawing.bench(whole, lab.hosts, town)
    wiring = wire_town(plan) if lab.mode == TOWN else wire_bench(plan)
    engine = podman()
    before = recall(lab.name)
    if before and before.mode == lab.mode == TOWN:
        moved = {name: Jack(*jack) for name, jack in before.sockets.items()}
        plugs = tuple(replace(plug, jack=moved.get(plug.machine, plug.jack)) for plug in wiring.plugs)
        wiring = replace(wiring, plugs=plugs)
    return Site(lab, plan, wiring, engine, Network(engine.shell, lab.name))


def _missing(site: Site, states: Mapping[str, str], recreate: tuple[str, ...]) -> dict[str, str]:
    """Containers to make and their machines: a machine's parts live and go together.

    One that was created but never started may lack its files.
    """
    wanted = expected(site.plan, site.lab.name, site.lab.mode)
    gone = {machine for name, machine in wanted.items() if states.get(name, "created") == "created"}
    return {name: machine for name, machine in wanted.items() if machine in gone | set(recreate)}


def _clear(site: Site, states: Mapping[str, str], missing: Mapping[str, str]) -> None:
    """Remove what is left of machines that are made anew, but not the cables in the walls."""
    site.podman.remove(*(name for name in missing if name in states))
    there = site.network.spaces()
    plugs = {plug.machine: plug for plug in site.wiring.plugs}
    spaces = {machine: space_name(site.lab.name, machine) for machine in set(missing.values())}
    for machine, space in spaces.items():
        if space in there and machine in plugs and "eth0" in site.network.links(machine):
            site.network.unplug(machine, plugs[machine].jack)
    site.network.remove(spaces.values())


def _build(site: Site, missing: Mapping[str, str], keyring: bytes) -> None:
    trust = Trust(administrator_key(FOLDER / "ssh"), keyring)
    machines = [site.plan.machines[name] for name in sorted(set(missing.values()))]
    made = {machine.name: (machine, new_identity()) for machine in machines}
    pin(FOLDER / "ssh" / "known_hosts", made)
    todo: list[Container] = []
    for machine, identity in made.values():
        todo.append(container(machine, site.plan, site.lab.name, identity, trust))
        if machine.kind == FIREWALL and site.lab.mode == TOWN:
            todo.append(trunk(machine, site.plan, site.lab.name, new_identity()))
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        list(pool.map(lambda wanted: make(site.podman, wanted, site.lab.name), todo))


def _switch_image(site: Site) -> list[Image]:
    """The image of switches, where there are any."""
    kinds = {machine.kind for machine in site.plan.machines.values()}
    return [SWITCH] if site.lab.mode == TOWN or drawing.SWITCH in kinds else []


def _wait(site: Site) -> None:
    machines = site.plan.machines.values()
    firewall = next((machine.name for machine in machines if machine.kind == FIREWALL), None)
    legs = {f"eth0.{leg.vlan}" for leg in site.plan.legs} if firewall else set()
    wait_until_ready(
        [str(machine.control.ip) for machine in machines if machine.control],
        lambda: site.network.links(firewall) if firewall else set(),
        legs,
    )


def _state(site: Site) -> State:
    spaces = tuple(space_name(site.lab.name, space) for space in site.wiring.spaces)
    sockets = {plug.machine: (plug.jack.switch, plug.jack.port) for plug in site.wiring.plugs}
    return State(site.lab.name, site.lab.mode, spaces, sockets)


def plug(site: Site, machine: str, jack: Jack) -> None:
    """Move a machine's cable to another port."""
    now = next((plug for plug in site.wiring.plugs if plug.machine == machine), None)
    if now is None:
        raise LabError(f"{machine} has no cable to move")
    others = [plug.machine for plug in site.wiring.plugs if plug.jack == jack and plug.machine != machine]
    if others:
        raise LabError(f"port {jack.port} of {jack.switch} is taken by {others[0]}")
    site.network.unplug(machine, now.jack)
    moved = Plug(machine, now.mac, jack)
    site.network.plug(moved)
    plugs = tuple(moved if plug.machine == machine else plug for plug in site.wiring.plugs)
    _state(replace(site, wiring=replace(site.wiring, plugs=plugs))).save()
