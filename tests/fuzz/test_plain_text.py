"""What may stand in a generated file as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.plain_text import plain_address, plain_line, plain_note, plain_path, plain_word

GOOD = [
    (plain_address, ["198.18.10.5", "198.18.10.0/24", "0.0.0.0/0"]),
    (plain_line, ["соба 12", 'a "b" \\c', ""]),
    (plain_note, ["a flow", "staff-web", ""]),
    (plain_path, ["/", "/home/Моји подаци", "/srv/a+b@c"]),
    (plain_word, ["eth0.10", "sr_RS@latin", "http://198.18.200.10/debian", "02:00"]),
]
BAD = [
    (
        plain_address,
        ["", "010.0.0.1", "198.18.10.5/24", "198.18.10.256", "１0.0.0.1", "dc1", "::1", "1.2.3.4\n"],
    ),
    (plain_line, ["a\nb", "a\0", "a\u202eb", "a\u2028b", "a\u200bb", "\x1b[31m", 5]),
    (plain_note, ['"', "a\nb", "x" * 101, "соба"]),
    (plain_path, ["", "home", '/a"b', "/%n", "/$x", "/a\nb", "/a\\b"]),
    (plain_word, ["", "a b", "-x", "a;", "a\n", "шта", "a%b", "$x", 5]),
]


def each(table: list[tuple[Any, list[Any]]]) -> list[tuple[Any, Any]]:
    return [(allowed, value) for allowed, values in table for value in values]


@pytest.mark.parametrize(("allowed", "value"), each(GOOD))
def test_what_is_plain_stays_as_it_is(allowed: Callable[[object], str], value: object) -> None:
    """Sabotage: print an address from its number."""
    assert allowed(value) == value


@pytest.mark.parametrize(("allowed", "value"), each(BAD))
def test_what_is_not_plain_is_refused_and_shown_escaped(
    allowed: Callable[[object], str], value: object
) -> None:
    """Sabotage: match the beginning of a value only."""
    with pytest.raises(ValueError) as refused:
        allowed(value)
    assert str(refused.value).isascii()
    assert str(refused.value).isprintable()
