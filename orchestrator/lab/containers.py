"""The containers of a lab: one for each machine, and the firewall's trunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.lab import images
from orchestrator.lab.blueprint import FIREWALL, MIRROR, SWITCH, Blueprint, Machine
from orchestrator.lab.furnish import DOCUMENTS, File, Identity, Trust, archive, furnish, trunk_factory
from orchestrator.lab.images import BASE, EQUIPMENT, Image
from orchestrator.lab.mirror import mirror_folder
from orchestrator.lab.podman import LABEL, Podman
from orchestrator.lab.state import TOWN
from orchestrator.lab.wiring import space_name

TUN = ("--device", "/dev/net/tun")
NEVER = "[Unit]\nConditionPathExists=/nonexistent\n"


@dataclass(frozen=True, slots=True)
class Container:
    """A container to make: its machine, whose namespace it lives in, and its first files."""

    name: str
    machine: str
    space: str
    image: Image
    options: tuple[str, ...]
    files: Sequence[File]


def container(machine: Machine, plan: Blueprint, lab: str, identity: Identity, trust: Trust) -> Container:
    """The container of a machine."""
    name = space_name(lab, machine.name)
    files = furnish(machine, plan, identity, trust)
    image = {SWITCH: images.SWITCH, MIRROR: EQUIPMENT}.get(machine.kind, BASE)
    options: tuple[str, ...] = TUN if machine.kind == SWITCH else ()
    if machine.kind == MIRROR:
        options = ("--volume", f"{mirror_folder()}:{DOCUMENTS}/debian:ro")
    return Container(name, machine.name, name, image, options, files)


def trunk(machine: Machine, plan: Blueprint, lab: str, identity: Identity) -> Container:
    """The container that splits a firewall's trunk into tagged interfaces, in the firewall's namespace."""
    files = (
        File("/etc/machine-id", f"{identity.machine_id}\n", 0o444),
        File("/etc/lab-factory", trunk_factory(plan, machine.mac)),
        File("/etc/systemd/system/ssh.service.d/lab.conf", NEVER),
    )
    name = space_name(lab, machine.name)
    return Container(trunk_name(machine.name, lab), machine.name, name, images.SWITCH, TUN, files)


def trunk_name(machine: str, lab: str) -> str:
    """The name of the container that carries a firewall's trunk."""
    return f"{space_name(lab, machine)}-trunk"


def make(podman: Podman, wanted: Container, lab: str) -> None:
    """Create a container, put its first files in, and start it."""
    podman(
        "create",
        "--quiet",
        *("--name", wanted.name, "--hostname", wanted.machine),
        *("--label", f"{LABEL}={lab}", "--label", f"townhall.machine={wanted.machine}"),
        *("--network", f"ns:/run/netns/{wanted.space}"),
        *("--systemd=always", "--no-hosts", "--dns=none", "--log-driver=none", "--stop-signal=SIGRTMIN+3"),
        *wanted.options,
        wanted.image.tag,
        "/usr/local/sbin/lab-init",
    )
    podman("cp", "-", f"{wanted.name}:/", given=archive(wanted.files))
    podman("start", wanted.name)


def expected(plan: Blueprint, lab: str, mode: str) -> dict[str, str]:
    """The names of all containers and the machine that each belongs to."""
    names = {space_name(lab, name): name for name in plan.machines}
    firewalls = [machine.name for machine in plan.machines.values() if machine.kind == FIREWALL]
    if mode == TOWN:
        names |= {trunk_name(name, lab): name for name in firewalls}
    return names
