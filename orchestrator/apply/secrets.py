"""Which encrypted files a run needs: only those whose secrets its units name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.model.rendering import SecretReference
from orchestrator.model.town import Secret


def vault_files(
    arguments: Iterable[object], secrets: Mapping[str, Secret], inventory: Path
) -> tuple[Path, ...]:
    """Return the files of the tiers that the arguments refer to."""
    tiers = sorted({secrets[name].tier for value in arguments for name in _names(value)})
    files = [inventory.resolve() / "group_vars" / "all" / f"secrets_tier{tier}.yml" for tier in tiers]
    missing = [str(path) for path in files if not path.exists()]
    if missing:
        raise UsageError(f"secrets are not there: {', '.join(missing)}; make them with ansible-vault")
    return tuple(files)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, SecretReference):
        yield value.name
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)
