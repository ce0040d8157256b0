"""Keys and identities of the lab: the administrator's key, and each machine's own, pinned at creation."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from orchestrator.lab.blueprint import Machine
from orchestrator.lab.furnish import Identity


def administrator_key(folder: Path) -> str:
    """The public key of the lab's administrator; the pair is made once."""
    private = folder / "id_ed25519"
    public = folder / "id_ed25519.pub"
    if not private.exists() or not public.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        key, text = _key_pair()
        write_private(private, key)
        public.write_text(f"{text} townhall-lab\n", encoding="ascii")
    return public.read_text(encoding="ascii").strip()


def new_identity() -> Identity:
    """An identity that no machine had before."""
    private, public = _key_pair()
    return Identity(uuid.uuid4().hex, private, f"{public}\n")


def pin(known_hosts: Path, made: Mapping[str, tuple[Machine, Identity]]) -> None:
    """Write the host keys of new machines in place of those of their forerunners."""
    lines = known_hosts.read_text(encoding="ascii").splitlines() if known_hosts.exists() else []
    named = {
        f"{machine.control.ip},{name}": identity
        for name, (machine, identity) in made.items()
        if machine.control
    }
    replaced = {text for key in named for text in key.split(",")}
    kept = [line for line in lines if not replaced & set(line.split(" ", 1)[0].split(","))]
    new = [f"{key} {identity.host_key_public.strip()}" for key, identity in named.items()]
    known_hosts.parent.mkdir(parents=True, exist_ok=True)
    write_private(known_hosts, "\n".join(sorted([*kept, *new])) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, complete or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _key_pair() -> tuple[str, str]:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    return private.decode("ascii"), public.decode("ascii")
