"""Values made to break out of a text, and how many of them are tried."""

from __future__ import annotations

import os
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("TOWNHALL_FUZZ_EXAMPLES", "0"))
"""How many random cases each law is tried with; 0 is 500 cases that are always the same."""

fuzzed = settings(
    max_examples=EXAMPLES or 500,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

BREAKING = "\"'\\`\n;{}#$%:, "
"""What most languages take for more than a letter; half of all texts are made of these."""
SIGNS = (
    "\"'`;{}[]()<>\\#$%&|*?!=,:@~/-+^ "
    "\t\n\r\0\x0b\x0c\x1b\x7f\x85\xa0\xad\u200b\u2018\u2019\u2028\u202e\u2066\ufeff"
)
WORDS = (
    "eth0",
    "a",
    "x.y",
    "accept",
    "shutdown",
    "10.0.0.1",
    "10.0.0.0/24",
    "10.0.0.1/24",
    "0.0.0.0/0",
    "010.0.0.1",
    "１0.0.0.1",
    "2001:db8::1",
    "80",
    "22-80",
    "90-80",
    "65536",
    "ssh",
    "-x",
    "..",
    "02:00",
    "Јован",
    "é",
    "e\u0301",
    "yes",
    "null",
    "\n[global]\n",
    "\nPermitRootLogin yes\n",
    "\n no aaa new-model\n!\n",
    "^C",
    "$(id)",
    "${x}",
    '"; drop; "',
    '", "x": "',
    "*/",
    "//",
    " accept\n",
    "=HYPERLINK(1)",
    "<script>",
)

_PIECES = (*SIGNS, *WORDS)
SEEDS = st.integers(0, 2**48).map(Random)
"""Hypothesis chooses one number, plain code the rest: its own choice of every sign is four times slower."""


def text(chance: Random) -> str:
    """A hostile text; never empty, for in a role's argument that is the same as none."""
    if chance.random() < 0.1:
        return "".join(
            chr(chance.choice((chance.randrange(256), chance.randrange(0xD800)))) for _ in range(4)
        )
    pieces = _PIECES if chance.random() < 0.5 else BREAKING
    return "".join(chance.choices(pieces, k=chance.choice((1, 1, 1, 2, 3))))


def around(value: str, chance: Random) -> str:
    """A hostile text in place of a good value, before it, after it or in its middle."""
    middle, found = len(value) // 2, text(chance)
    return chance.choice((found, value + found, found + value, value[:middle] + found + value[middle:]))


TEXTS = SEEDS.map(text)
