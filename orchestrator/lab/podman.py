"""Podman with the project's own settings, so that the machine's stay as they are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import LabError
from orchestrator.lab.engine_settings import containers_conf
from orchestrator.lab.machine import Machine, look
from orchestrator.lab.shell import Shell
from orchestrator.reach import PROJECT

LABEL = "townhall.lab"


@dataclass(frozen=True, slots=True)
class Podman:
    """Calls podman."""

    shell: Shell

    def __call__(self, *call: str, given: str | bytes = b"") -> str:
        """Run one podman command and return its output."""
        return self.shell.run("podman", *call, given=given)

    def has_image(self, image: str) -> bool:
        """Whether an image is stored here."""
        return self.shell.succeeds("podman", "image", "exists", image)

    def containers(self, lab: str) -> dict[str, str]:
        """The containers of a lab and their states, such as running or exited."""
        listed = self("ps", "--all", "--filter", f"label={LABEL}={lab}", "--format", "json")
        return {entry["Names"][0]: str(entry["State"]) for entry in json.loads(listed or "[]")}

    def remove(self, *names: str) -> None:
        """Remove containers with all that is in them."""
        if names:
            self("rm", "--force", "--time", "0", *names)


def podman() -> Podman:
    """Podman on this machine; refuses a machine that lacks something."""
    machine = look()
    _refuse_unfit(machine)
    settings = PROJECT / "build" / "containers.conf"
    settings.parent.mkdir(exist_ok=True)
    wanted = containers_conf(machine)
    if not settings.exists() or settings.read_text(encoding="utf-8") != wanted:
        settings.write_text(wanted, encoding="utf-8")
    environment = {**os.environ, "CONTAINERS_CONF": str(settings)}
    environment["PATH"] = f"{environment.get('PATH', '')}:/usr/sbin:/sbin"
    return Podman(Shell(environment))


def _refuse_unfit(machine: Machine) -> None:
    if not machine.root:
        raise LabError("the lab makes network namespaces and containers: run it as root, such as by sudo")
    if machine.missing_packages:
        raise LabError(f"missing packages; remedy: apt-get install {' '.join(machine.missing_packages)}")
    if not machine.has_tun:
        raise LabError("/dev/net/tun is missing: the lab's switches need it (modprobe tun)")


def outside() -> list[str]:
    """Options that let a container reach what this machine reaches: its resolver, authorities and proxy."""
    options = ["--network", "host", "--volume", "/etc/resolv.conf:/etc/resolv.conf:ro"]
    bundle = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
    if bundle.is_file():
        options += ["--volume", f"{bundle.resolve()}:/etc/townhall-ca.crt:ro"]
        options += ["--env", "SSL_CERT_FILE=/etc/townhall-ca.crt"]
    proxies = apt_proxies()
    if proxies:
        options += ["--env", f"APT_OPTIONS={' '.join(f'-o {proxy}' for proxy in proxies)}"]
    return options


def apt_proxies() -> list[str]:
    """The proxies that this machine's apt uses, as apt options."""
    if not shutil.which("apt-config"):
        return []
    call = ["apt-config", "dump", "--format", "%f=%v%n"]
    lines = subprocess.run(call, check=False, capture_output=True, text=True).stdout.splitlines()
    wanted = ("Acquire::http::Proxy=", "Acquire::https::Proxy=")
    return [line for line in lines if line.startswith(wanted) and not line.endswith("=")]
