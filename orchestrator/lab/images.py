"""The lab's images: systemd, Python and SSH; what a role needs is installed by the role.

A tag holds the digest of its recipe, so an image is built again only when its recipe changes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.lab.cache import alone, cache_folder
from orchestrator.lab.podman import Podman, apt_proxies, outside
from orchestrator.lab.shell import Say, step

SUITE = "trixie"
HERE = Path(__file__).parent / "image_files"

BASE_PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "python3",
    "python3-apt",
    "openssh-server",
    "iproute2",
    "iputils-ping",
    "ca-certificates",
    "sudo",
    "procps",
)
MASKED = (
    "systemd-networkd-wait-online.service",
    "systemd-firstboot.service",
    "systemd-remount-fs.service",
    "systemd-tmpfiles-setup-dev-early.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-network-generator.service",
    "systemd-journal-catalog-update.service",
    "systemd-update-done.service",
    "ldconfig.service",
    "console-getty.service",
    "getty.target",
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
)


GROUND = frozenset({"ca-certificates", "iproute2", "openssh-server", "sudo", "tzdata"})
"""Packages that Debian's installer brings and roles name all the same, so as not to rely on it."""


@dataclass(frozen=True, slots=True)
class Image:
    """A recipe: packages on top of another image, and a script that ends it."""

    name: str
    packages: tuple[str, ...]
    files: tuple[str, ...]
    masked: tuple[str, ...]
    parent: Image | None = None

    @property
    def tag(self) -> str:
        """The image's full name with the digest of its recipe."""
        recipe = repr((SUITE, self.packages, _finish(self), self.parent.tag if self.parent else ""))
        texts = [(HERE / file).read_text(encoding="utf-8") for file in self.files]
        digest = hashlib.sha256("\0".join([recipe, *self.files, *texts]).encode()).hexdigest()
        return f"localhost/townhall-lab-{self.name}:{digest[:12]}"


BASE = Image("base", BASE_PACKAGES, ("usr/local/sbin/lab-init",), MASKED)
SWITCH = Image(
    "switch",
    ("openvswitch-switch", "ethtool"),
    ("etc/systemd/system/lab-factory.service",),
    ("systemd-networkd.service", "systemd-networkd.socket"),
    BASE,
)
EQUIPMENT = Image("equipment", ("nginx-light", "apt-utils", "gpg", "gpg-agent"), (), (), BASE)


def ensure_images(podman: Podman, say: Say, *images: Image) -> None:
    """Build the images that are not there yet; another lab that wants the same ones waits."""
    if all(podman.has_image(image.tag) for image in images):
        return
    with alone(cache_folder()):
        for image in dict.fromkeys([*(image.parent or image for image in images), *images]):
            if not podman.has_image(image.tag):
                with step(say, f"image {image.name} is built (once)"):
                    _extend(podman, image) if image.parent else _bootstrap(podman, image)
                _forget_older(podman, image)


def held_packages(podman: Podman, *images: Image) -> frozenset[str]:
    """All packages that are really in the images, without those of the ground."""
    call = ["run", "--rm", "--network", "none"]
    listed = [podman(*call, image.tag, "dpkg-query", "-W", "-f", "${Package}\n") for image in images]
    return frozenset(" ".join(listed).split()) - GROUND


def _forget_older(podman: Podman, image: Image) -> None:
    """Remove images of older recipes that no container uses."""
    name = image.tag.partition(":")[0]
    listed = podman("images", "--format", "{{.Repository}}:{{.Tag}}", name).split()
    for tag in set(listed) - {image.tag}:
        podman.shell.succeeds("podman", "rmi", tag)


def _bootstrap(podman: Podman, image: Image) -> None:
    """A Debian root from nothing."""
    with TemporaryDirectory(prefix="townhall-image-", dir=_scratch()) as folder:
        tar = f"{folder}/root.tar"
        hooks = [f"--customize-hook=copy-in {HERE / file} /{Path(file).parent}" for file in image.files]
        hooks.append(f"--customize-hook=chroot \"$1\" sh -eu -c '{_finish(image)}'")
        podman.shell.run(
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={','.join(image.packages)}",
            '--aptopt=Acquire::Languages "none"',
            *(f"--aptopt={proxy.replace('=', ' ', 1)}" for proxy in apt_proxies()),
            *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "man", "info")),
            *hooks,
            SUITE,
            tar,
        )
        podman("import", "--quiet", tar, image.tag)


def _extend(podman: Podman, image: Image) -> None:
    """Packages on top of the parent image."""
    assert image.parent  # noqa: S101
    name = f"townhall-image-{image.name}-{os.getpid()}"
    script = f"""set -eu
tar -x -C / -f -
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
apt-get $APT_OPTIONS -qq update
apt-get $APT_OPTIONS -qq -y --no-install-recommends install {" ".join(image.packages)} >/dev/null
rm -rf /usr/sbin/policy-rc.d /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
{_finish(image)}"""
    call = ["run", "--interactive", "--name", name, "--env", "APT_OPTIONS=", *outside()]
    try:
        podman(*call, image.parent.tag, "sh", "-c", script, given=_tar(image.files))
        podman("commit", "--quiet", "--change", "ENV APT_OPTIONS=", name, image.tag)
    finally:
        podman.shell.succeeds("podman", "rm", "--force", "--time", "0", name)


def _finish(image: Image) -> str:
    """Shell text that masks units and removes what must be each machine's own."""
    enabled = (
        "systemd-networkd.service"
        if image.parent is None
        else " ".join(Path(file).name for file in image.files if file.endswith(".service"))
    )
    own = "" if image.parent else "/etc/hostname /etc/resolv.conf"
    return "; ".join(
        [
            f"systemctl enable -q {enabled}" if enabled else ":",
            f"systemctl mask -q {' '.join(image.masked)}" if image.masked else ":",
            f"rm -f /etc/ssh/ssh_host_* {own}",
            ": >/etc/machine-id",
        ]
    )


def _tar(files: tuple[str, ...]) -> bytes:
    from orchestrator.lab.furnish import File, archive

    return archive([File(f"/{file}", (HERE / file).read_text(encoding="utf-8")) for file in files])


def _scratch() -> str | None:
    return os.environ.get("TMPDIR") or ("/var/tmp" if Path("/var/tmp").is_dir() else None)  # noqa: S108
