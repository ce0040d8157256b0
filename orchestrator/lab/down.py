"""Remove a lab with all that it made; images, packages, keys and secrets stay for the next one."""

from __future__ import annotations

from orchestrator.lab.cache import alone
from orchestrator.lab.limits import restore_limits
from orchestrator.lab.network import Network
from orchestrator.lab.podman import podman
from orchestrator.lab.shell import Say
from orchestrator.lab.state import FOLDER, forget, recall
from orchestrator.lab.wiring import CONTROL_BRIDGE, CONTROLLER, End


def down(name: str, say: Say) -> None:
    """Remove containers, namespaces with their cables, and the control bridge."""
    with alone(FOLDER):
        _down(name, say)


def _down(name: str, say: Say) -> None:
    engine = podman()
    network = Network(engine.shell, name)
    names = engine.containers(name)
    say(f"{len(names)} containers are removed")
    engine.remove(*names)
    before = recall(name)
    if before or names:
        if CONTROL_BRIDGE in network.links(CONTROLLER):
            bridge = End(CONTROLLER, CONTROL_BRIDGE)
            for end in (*network.ports(bridge), bridge):
                network.delete(end)
        network.remove({*names, *(before.spaces if before else ())})
    restore_limits(engine)
    forget(name)
