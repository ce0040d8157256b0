"""The key of a unit: a digest of everything that can change its effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from orchestrator.model.plan import CodeDigests
from orchestrator.model.rendering import Play, Rendering, SecretReference, UnitRendering

LENGTH = 32


def digest(text: str) -> str:
    """Return the first 128 bits of SHA-256 as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def canonical(arguments: Mapping[str, object]) -> str:
    """Return arguments as JSON with sorted keys; a secret appears as its reference."""
    return _ENCODER.encode(arguments)


def _plain(value: object) -> object:
    if isinstance(value, SecretReference):
        return {"secret": value.name, "version": value.version, "purpose": value.purpose}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no role argument")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def unit_key(unit: UnitRendering, arguments: str, code: CodeDigests) -> str:
    """Return the key of a unit whose arguments have this digest."""
    play = code.plays[unit.position]
    return digest(
        "\n".join((unit.host, unit.role, arguments, code.roles[unit.role], _keywords(play), code.platform))
    )


def current_keys(rendering: Rendering, code: CodeDigests) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return key, digest of arguments and digest of role code of every unit, by host and role."""
    keys = {}
    for unit in rendering.units:
        arguments = digest(canonical(unit.arguments))
        keys[unit.host, unit.role] = (unit_key(unit, arguments, code), arguments, code.roles[unit.role])
    return keys


def _keywords(play: Play) -> str:
    return f"become={play.become} any_errors_fatal={play.any_errors_fatal}"
