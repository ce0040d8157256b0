"""The key of a unit: a digest of everything that can change its effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orchestrator.model.plan import CodeDigests
from orchestrator.model.rendering import Rendering, SecretReference, UnitRendering

LENGTH = 32


def digest(text: str) -> str:
    """Return the first 128 bits of SHA-256 as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def canonical(value: object) -> str:
    """Return arguments, or one of them, as JSON with sorted keys; a secret appears as its reference."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, SecretReference):
        return {"secret": value.name, "version": value.version, "purpose": value.purpose}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no role argument")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


class Keys:
    """Computes keys with one version of the code."""

    def __init__(self, code: CodeDigests) -> None:
        self._behind = {
            (position, role): f"{role} {code.roles[role]} {code.platform} "
            f"become={play.become} any_errors_fatal={play.any_errors_fatal}"
            for position, play in code.plays.items()
            for role in play.roles
        }

    def key(self, unit: UnitRendering, arguments: str) -> str:
        """Return the key of a unit with these arguments as JSON."""
        return digest(f"{unit.host} {self._behind[unit.position, unit.role]} {arguments}")


def current_keys(rendering: Rendering, code: CodeDigests) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return key, digest of arguments and digest of role code of every unit, by host and role."""
    keys, found = Keys(code), {}
    for unit in rendering.units:
        if unit.role not in code.not_units:
            arguments = canonical(unit.arguments)
            found[unit.host, unit.role] = (
                keys.key(unit, arguments),
                digest(arguments),
                code.roles[unit.role],
            )
    return found
