"""Edits of one-line mappings at the parsed position: every other character stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

_INDENT = re.compile(r" *")


@dataclass(frozen=True, slots=True)
class Pair:
    """Where a key and its value stand in a line, in characters."""

    key: str
    key_start: int
    value_start: int
    value_end: int


def set_value(text: str, line: int, key: str, value: str, after: str) -> str:
    """The text with a key of the mapping in a line set, or put behind the key `after` if it is not there."""
    return _with_line(text, line, lambda words: _set(words, key, value, after))


def without_key(text: str, line: int, key: str) -> str:
    """The text without one key of the mapping in a line."""
    return _with_line(text, line, lambda words: _removed(words, key))


def with_line_after(text: str, line: int, added: str) -> str:
    """The text with a new line after the given one (1 is the first)."""
    lines = text.split("\n")
    if line == len(lines):
        return f"{text}\n{added}"
    return "\n".join([*lines[:line], added, *lines[line:]])


def indent_of(text: str, line: int) -> int:
    """How many spaces a line begins with."""
    found = _INDENT.match(text.split("\n")[line - 1])
    return found.end() if found else 0


def pairs(words: str) -> list[Pair]:
    """The pairs of the one-line mapping that a line `name: {...}` holds."""
    scalars: list[tuple[str, int, int]] = []
    depth, offset = 0, indent_of(words, 1)
    for event in yaml.parse(words[offset:], Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.MappingStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and depth == 2:
            start: Any = event.start_mark
            end: Any = event.end_mark
            scalars.append((event.value, start.column + offset, end.column + offset))
    return [
        Pair(key[0], key[1], value[1], value[2])
        for key, value in zip(scalars[::2], scalars[1::2], strict=True)
    ]


def _with_line(text: str, line: int, change: Callable[[str], str]) -> str:
    lines = text.split("\n")
    lines[line - 1] = change(lines[line - 1])
    return "\n".join(lines)


def _set(words: str, key: str, value: str, after: str) -> str:
    found = {pair.key: pair for pair in pairs(words)}
    if key in found:
        return words[: found[key].value_start] + value + words[found[key].value_end :]
    if after in found:
        end = found[after].value_end
        return f"{words[:end]}, {key}: {value}{words[end:]}"
    start = min((pair.key_start for pair in found.values()), default=words.index("{") + 1)
    return f"{words[:start]}{key}: {value}{', ' if found else ''}{words[start:]}"


def _removed(words: str, key: str) -> str:
    found = pairs(words)
    at = next(index for index, pair in enumerate(found) if pair.key == key)
    if at:
        return words[: found[at - 1].value_end] + words[found[at].value_end :]
    end = found[1].key_start if len(found) > 1 else found[0].value_end
    return words[: found[0].key_start] + words[end:]
