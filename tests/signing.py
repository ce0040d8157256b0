"""Keys to sign with in tests."""

from __future__ import annotations

import subprocess
from pathlib import Path


def key(folder: Path, name: str) -> Path:
    """A new signing key."""
    path = folder / name
    call = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
    subprocess.run(call, check=True)
    return path


def signers(path: Path, *keys: Path, options: str = 'namespaces="git"') -> Path:
    """A list of who may sign."""
    lines = (f"a@example.org {options} {Path(f'{one}.pub').read_text()}" for one in keys)
    path.write_text("".join(lines))
    path.chmod(0o644)
    return path
