"""Kernel limits that a town of systemds needs, raised while a lab is up and put back by the last `down`.

Every container's systemd holds several inotify instances, and all of them count as one user's.
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.lab.podman import LABEL, Podman

INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
NEEDED = 4096
BEFORE = Path("/run/townhall-lab-inotify")


def raise_limits() -> None:
    """Allow enough inotify instances; what was allowed before is remembered."""
    now = int(INSTANCES.read_text(encoding="ascii"))
    if now < NEEDED:
        if not BEFORE.exists():
            BEFORE.write_text(str(now), encoding="ascii")
        INSTANCES.write_text(str(NEEDED), encoding="ascii")


def restore_limits(podman: Podman) -> None:
    """Put the limit back when no lab is left on this machine."""
    if BEFORE.exists() and not podman("ps", "--all", "--quiet", "--filter", f"label={LABEL}").strip():
        INSTANCES.write_text(BEFORE.read_text(encoding="ascii"), encoding="ascii")
        BEFORE.unlink()
