"""Secret values for checks, decrypted by Ansible's own vault with the town's client script."""

from __future__ import annotations

import configparser
import subprocess
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from orchestrator.errors import UsageError
from orchestrator.model.rendering import SecretReference
from orchestrator.reach import PROJECT
from orchestrator.secret_values import derived_secret


class Secrets:
    """Resolves references of one inventory; nothing is read before the first one is needed."""

    def __init__(self, inventory: Path) -> None:
        self._inventory = inventory
        self._given: set[str] = set()

    def hidden(self, text: str) -> str:
        """The text with every secret that was given out replaced by stars."""
        for secret in sorted(self._given, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text

    def given(self, secret: str) -> str:
        """Remember a secret as given out, and return it."""
        self._given.add(secret)
        return secret

    def resolved(self, value: object) -> Any:
        """The value with every reference inside it replaced by its secret."""
        if isinstance(value, SecretReference):
            return self.given(self._secret(value))
        if isinstance(value, Mapping):
            return {key: self.resolved(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolved(inner) for inner in value]
        return value

    def _secret(self, reference: SecretReference) -> str:
        name = f"secret_{reference.name}"
        if name not in self._values:
            raise UsageError(f"{name} has no value in {self._inventory}/group_vars/all/secrets_tier*.yml")
        if not reference.purpose:
            return self._values[name]
        return derived_secret(self._values[name], reference.purpose)

    @cached_property
    def _values(self) -> dict[str, str]:
        files = sorted((self._inventory / "group_vars" / "all").glob("secrets_tier*.yml"))
        return {name: _decrypted(text) for path in files for name, text in _encrypted_values(path).items()}


def _encrypted_values(path: Path) -> dict[str, str]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads `!vault` as the text that it holds."""

    Loader.add_constructor("!vault", lambda loader, node: loader.construct_scalar(node))  # type: ignore[arg-type]
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader) or {})  # noqa: S506


def _decrypted(text: str) -> str:
    return str(_vault().decrypt(text.strip().encode()).decode())


@cache
def _vault() -> Any:
    """Ansible's vault with the identities that ansible.cfg names."""
    from ansible.parsing.vault import VaultLib, VaultSecret  # type: ignore[import-untyped]

    settings = configparser.ConfigParser()
    settings.read(PROJECT / "ansible.cfg")
    identities = [
        entry.strip().split("@", 1) for entry in settings["defaults"]["vault_identity_list"].split(",")
    ]
    return VaultLib([(name, VaultSecret(_password(name, script))) for name, script in identities])


def _password(identity: str, script: str) -> bytes:
    done = subprocess.run([str(PROJECT / script), "--vault-id", identity], check=False, capture_output=True)
    if done.returncode:
        raise UsageError(f"no vault password for {identity}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.strip()
