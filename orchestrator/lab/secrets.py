"""The lab's own secrets: made once, encrypted by Ansible's vault, never in git."""

from __future__ import annotations

import secrets
import string
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from orchestrator.lab.cache import alone
from orchestrator.lab.identities import write_private
from orchestrator.model.town import Secret

PREFIX = "secret_"
_LETTERS = string.ascii_letters + string.digits


def ensure_secrets(wanted: Iterable[Secret], inventory: Path, vault: Path) -> None:
    """Give every named secret a value in its tier's file; those that have one keep it."""
    tiers: dict[int, list[str]] = defaultdict(list)
    for secret in wanted:
        tiers[secret.tier].append(secret.name)
    vault.mkdir(parents=True, exist_ok=True)
    vault.chmod(0o700)
    with alone(vault):
        for tier, names in sorted(tiers.items()):
            _ensure_tier(tier, sorted(names), inventory / "group_vars" / "all", vault / f"tier{tier}")


def _ensure_tier(tier: int, names: list[str], folder: Path, password: Path) -> None:
    path = folder / f"secrets_tier{tier}.yml"
    is_new = not password.exists()
    if is_new:
        write_private(password, f"{strong_password(40)}\n")
    written = "" if is_new or not path.exists() else path.read_text(encoding="utf-8")
    missing = [name for name in names if f"{PREFIX}{name}:" not in written]
    if missing:
        text = password.read_text(encoding="utf-8").strip()
        new = "".join(_entry(name, strong_password(24), f"tier{tier}", text) for name in missing)
        write_private(path, written + new)


def strong_password(length: int) -> str:
    """A random password with a character of every class that a directory asks for."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length - 4)) + "-Aa7"


def _entry(name: str, value: str, identity: str, password: str) -> str:
    from ansible.parsing.vault import VaultLib, VaultSecret  # type: ignore[import-untyped]

    vault = VaultLib([(identity, VaultSecret(password.encode()))])
    encrypted = vault.encrypt(value, vault_id=identity).decode().strip()
    lines = "\n".join(f"  {line}" for line in encrypted.splitlines())
    return f"{PREFIX}{name}: !vault |\n{lines}\n"
