"""The packages that the roles ask for, fetched once, and the signed repository made of them.

The lists stand in roles/*/vars/main.yml. Each list's closure is fetched on its own, so that roles may exclude
each other; a changed list fetches only what is new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from orchestrator.errors import LabError
from orchestrator.lab.cache import alone, cache_folder
from orchestrator.lab.images import BASE, EQUIPMENT, SUITE
from orchestrator.lab.podman import Podman, outside
from orchestrator.lab.shell import Say, step

STAMPS = "stamps"
PUBLIC_KEY = "townhall-lab.gpg"


def mirror_folder() -> Path:
    """Where the packages are kept between labs."""
    return cache_folder() / "mirror"


def package_lists(roles: Path) -> dict[str, tuple[str, ...]]:
    """The literal lists `__<role>_*packages` of every role, sorted."""
    import yaml

    lists: dict[str, tuple[str, ...]] = {}
    for path in sorted(roles.glob("*/vars/main.yml")):
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        found = {
            package
            for name, value in values.items()
            if name.startswith("__") and name.endswith("packages") and isinstance(value, list)
            for package in value
        }
        if found:
            lists[path.parents[1].name] = tuple(sorted(found))
    return lists


def ensure_mirror(podman: Podman, say: Say, roles: Path) -> bytes:
    """Fetch what is missing, index and sign it; returns the public key that hosts trust."""
    folder = mirror_folder()
    (folder / STAMPS).mkdir(parents=True, exist_ok=True)
    with alone(folder):
        lists = package_lists(roles)
        due = {role: names for role, names in lists.items() if not _stamp(folder, role, names).exists()}
        if due or not (folder / "dists" / SUITE / "InRelease").exists():
            with step(say, f"packages are fetched for {', '.join(due) or 'the index'}"):
                unknown = _fetch(podman, folder, due)
                _index(podman, folder)
            for role, packages in due.items():
                if role not in unknown:
                    _stamp(folder, role, packages).touch()
            if unknown:
                raise LabError(f"packages of {', '.join(unknown)} cannot be fetched\n{_why(folder, unknown)}")
        return (folder / PUBLIC_KEY).read_bytes()


def _stamp(folder: Path, role: str, packages: tuple[str, ...]) -> Path:
    digest = hashlib.sha256(repr((BASE.tag, packages)).encode()).hexdigest()[:12]
    return folder / STAMPS / f"{role}-{digest}"


def _fetch(podman: Podman, folder: Path, lists: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Fetch the closure of each list as seen from the base image; returns the roles that failed."""
    apt = (
        "apt-get $APT_OPTIONS -qq -y --no-install-recommends -o APT::Sandbox::User=root"
        " -o Dir::Cache::archives=/mirror/pool/main --download-only install"
    )
    lines = [
        f"{apt} {' '.join(names)} >/mirror/{STAMPS}/{role}.log 2>&1 || touch /mirror/{STAMPS}/{role}.failed"
        for role, names in lists.items()
    ]
    script = "\n".join(
        [
            "set -eu",
            f"mkdir -p /mirror/pool/main/partial; rm -f /mirror/{STAMPS}/*.failed",
            "apt-get $APT_OPTIONS -qq update",
            *lines,
        ]
    )
    call = ["run", "--rm", "--env", "APT_OPTIONS=", *outside(), "--volume", f"{folder}:/mirror"]
    podman(*call, BASE.tag, "sh", "-c", script)
    return sorted(path.stem for path in (folder / STAMPS).glob("*.failed"))


def _index(podman: Podman, folder: Path) -> None:
    """Write and sign the index, in place of the old one only when it is whole."""
    binary = "main/binary-$arch"
    script = f"""set -eu
cd /mirror
arch=$(dpkg --print-architecture)
export GNUPGHOME=/mirror/keys
mkdir -p -m 700 keys
test -e {PUBLIC_KEY} || {{
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Townhall lab mirror' ed25519 sign never
  gpg --batch --quiet --export >{PUBLIC_KEY}
}}
new=dists/.new
rm -rf $new
mkdir -p $new/{binary}
apt-ftparchive --db packages.db packages pool/main >$new/{binary}/Packages
gzip -k $new/{binary}/Packages
apt-ftparchive -o APT::FTPArchive::Release::Suite={SUITE} -o APT::FTPArchive::Release::Codename={SUITE} \\
  -o APT::FTPArchive::Release::Origin=Townhall -o APT::FTPArchive::Release::Components=main \\
  -o APT::FTPArchive::Release::Architectures=$arch release $new >Release
mv Release $new/Release
gpg --batch --quiet --clearsign --output $new/InRelease $new/Release
rm -rf dists/{SUITE}
mv $new dists/{SUITE}
gpgconf --kill all || true
"""
    call = ["run", "--rm", "--network", "none", "--volume", f"{folder}:/mirror"]
    podman(*call, EQUIPMENT.tag, "sh", "-c", script)


def _why(folder: Path, roles: list[str]) -> str:
    return "\n".join((folder / STAMPS / f"{role}.log").read_text(errors="replace")[-400:] for role in roles)
