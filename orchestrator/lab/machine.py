"""What this machine can do for a lab, and what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CAP_SYS_RESOURCE = 24

PACKAGE_OF_TOOL = {
    "podman": "podman",
    "conmon": "conmon",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "bridge": "iproute2",
    "ethtool": "ethtool",
    "ssh": "openssh-client",
    "git": "git",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; the mark is ok, note or missing."""

    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts that were looked up, none assumed."""

    root: bool
    python: tuple[int, int]
    missing_packages: tuple[str, ...]
    unified_cgroups: bool
    may_raise_limits: bool
    systemd: bool
    has_tun: bool
    has_vlans: bool
    runtimes: tuple[str, ...]
    release: str

    @property
    def runtime(self) -> str | None:
        """The container runtime to name; None leaves the choice to podman."""
        if "runc" in self.runtimes and not (self.unified_cgroups and self.may_raise_limits):
            return "runc"
        return None if self.runtimes else "runc"

    @property
    def python_lane(self) -> str:
        """Whether this Python is the reference, the compatibility lane, or none."""
        if self.python == (3, 13):
            return "reference"
        return "compatibility" if (3, 11) <= self.python < (3, 13) else "unsupported"

    def findings(self) -> tuple[Finding, ...]:
        """What an admin should know of this machine, in sentences."""
        return (*self._findings_of_python(), *self._findings_of_lab())

    def _findings_of_python(self) -> list[Finding]:
        version = ".".join(map(str, self.python))
        marks = {"reference": "ok", "compatibility": "note", "unsupported": "missing"}
        lane = f"{self.python_lane} (the reference is Debian 13, Python 3.13)"
        return [Finding(marks[self.python_lane], f"Python {version} on {self.release}: {lane}")]

    def _findings_of_lab(self) -> list[Finding]:
        tools = f"apt-get install {' '.join(self.missing_packages)}"
        cgroups = "unified" if self.unified_cgroups else "hybrid or version 1"
        vlans = "the kernel knows" if self.has_vlans else "the kernel does not know"
        return [
            Finding("missing", tools)
            if self.missing_packages
            else Finding("ok", "the lab's packages are there"),
            Finding("ok", "root")
            if self.root
            else Finding("note", "the lab and make demo need root: use sudo"),
            Finding("ok", "/dev/net/tun is there")
            if self.has_tun
            else Finding("missing", "/dev/net/tun: load the module tun"),
            Finding("ok", f"control groups: {cgroups}; container runtime: {self.runtime or 'the default'}"),
            Finding(
                "ok", f"{vlans} 802.1Q; the lab's firewall has its VLANs from a software trunk either way"
            ),
        ]


def look() -> Machine:
    """Look at this machine."""
    runtimes = tuple(name for name in ("runc", "crun") if _tool(name))
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    limits = _may(CAP_SYS_RESOURCE)
    return Machine(
        root=os.geteuid() == 0,
        python=(sys.version_info.major, sys.version_info.minor),
        missing_packages=_missing(runtimes, unified and limits),
        unified_cgroups=unified,
        may_raise_limits=limits,
        systemd=Path("/run/systemd/system").is_dir(),
        has_tun=Path("/dev/net/tun").exists(),
        has_vlans=_has_vlans(),
        runtimes=runtimes,
        release=_release(),
    )


def _missing(runtimes: tuple[str, ...], crun_is_enough: bool) -> tuple[str, ...]:
    """The Debian packages to install, sorted."""
    wanted = {package for tool, package in PACKAGE_OF_TOOL.items() if not _tool(tool)}
    if not runtimes or (not crun_is_enough and "runc" not in runtimes):
        wanted.add("runc")
    if not any(Path(folder, "netavark").exists() for folder in ("/usr/lib/podman", "/usr/libexec/podman")):
        wanted.add("netavark")
    if not _trusts_suite():
        wanted.add("debian-archive-keyring")
    return tuple(sorted(wanted))


def _trusts_suite() -> bool:
    """Whether the keyring knows the release of the containers; an older one does not."""
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    pgp = keyring.with_suffix(".pgp")
    return any(path.exists() and b"/trixie)" in path.read_bytes() for path in (keyring, pgp))


def _tool(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:/usr/bin:/bin")


def _may(capability: int) -> bool:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> capability & 1)
    return False


def _has_vlans() -> bool:
    """Whether the kernel knows 802.1Q, tried in a namespace of its own; needs root."""
    trial = "ip link add link lo name thvlan0 type vlan id 2"
    try:
        done = subprocess.run(["unshare", "--net", "sh", "-c", trial], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _release() -> str:
    """The distribution and its version, such as debian 13."""
    path = Path("/etc/os-release")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{values.get('ID', 'unknown')} {values.get('VERSION_ID', '')}".replace('"', "").strip()
